// Starts the thread that parses. Apart from parser-thread.ts, and next to nothing to load, so that the command line can
// start one before anything else: a thread takes as long to start as the command line to load.
import { Worker } from 'node:worker_threads';

const ENTRY = new URL('./parser-worker.js', import.meta.url);
/** What the parser's own objects may take: lists of names and a model's JSON, some tens of MB at most. */
export const MAX_HEAP_MB = 512;

/** What a thread is told when it starts. */
export interface ThreadData {
  /** Whether all of the process is ours, so that its flags may be set. */
  readonly ownProcess: boolean;
}

/** A thread that was started, and what became of it before anybody listened. */
export interface StartedThread {
  readonly worker: Worker;
  online: boolean;
  error: Error | undefined;
}

let early: StartedThread | undefined;

/** Starts a thread for whoever takes one next, where threads are allowed. For the command line only. It does not keep the process alive. */
export function startThreadEarly(): void {
  try {
    early ??= startThread(ENTRY, { ownProcess: true });
    early.worker.unref();
  } catch {
    // Whoever opens a file meets the same error, and tells it.
  }
}

/** The thread that was started early, the first time; else a new one. */
export function takeStartedThread(entry = ENTRY): StartedThread {
  if (entry !== ENTRY || early === undefined) return startThread(entry, { ownProcess: false });
  const started = early;
  early = undefined;
  return started;
}

function startThread(entry: URL, workerData: ThreadData): StartedThread {
  const worker = new Worker(entry, { workerData, resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
  const started: StartedThread = { worker, online: false, error: undefined };
  worker.once('online', () => {
    started.online = true;
  });
  // Without a listener an error would end the process.
  worker.once('error', (error) => {
    started.error = error;
  });
  return started;
}
