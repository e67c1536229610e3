// One thread that parses: started, asked, and stopped when it gives no answer in time. Read parser.ts first.
import type { Worker } from 'node:worker_threads';
import type { Source } from '../checkpoint/source.js';
import { printable } from '../core/text.js';
import { ParserCrashError, ParserMemoryError, ParserTimeoutError, ThreadsDeniedError } from './errors.js';
import { errorData, errorOf, type FromThread, type Question, type ToThread } from './parser-protocol.js';
import { MAX_HEAP_MB, type StartedThread, takeStartedThread } from './start-thread.js';

/** How long a thread may take to start; no byte of a file is read yet, so only the machine can be slow. */
const START_SECONDS = 60;

/** Files one thread may serve: what the library leaks with each is bounded by that. */
const MAX_FILES = 50;

/**
 * Seconds that a file of `size` bytes may take: opening 1x, 8 groups (60 MB with an optimizer) takes 0.3 s on two slow
 * cores, so this is some ten times what an honest file needs, and a file that hangs is given up within 5 s.
 */
export const secondsFor = (size: number): number => 3 + size / (2 * 1024 * 1024);

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** A running thread. It does not keep the process alive while nothing is asked. */
export class ParserThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #files = 0;
  #started = false;
  #timer: NodeJS.Timeout | undefined;
  #where = '';
  #seconds = START_SECONDS;
  #source: Source | undefined;
  /** Why it cannot be asked any more. */
  #stopped: Error | undefined;
  /** Whether any answer was an error; such a thread is not used for another file. */
  #soiled = false;

  /** `entry` is another file than the parser's, in tests. */
  constructor(entry?: URL) {
    const { worker, online, error } = start(entry);
    this.#worker = worker;
    this.#started = online;
    this.#worker.on('online', () => this.#begin());
    this.#worker.on('message', (message: FromThread) => void this.#receive(message));
    this.#worker.on('error', (error) => this.#fail(this.#crash(error)));
    this.#worker.on('exit', () => this.#fail(new ParserCrashError(this.#where, 'it ended by itself')));
    // Listening for messages keeps a process alive, so this comes after it.
    this.#worker.unref();
    if (error !== undefined) this.#fail(this.#crash(error));
  }

  /** Whether it may be given another file. */
  get usable(): boolean {
    return this.#stopped === undefined && !this.#soiled && this.#files < MAX_FILES;
  }

  /** Which file the next questions are about, and how many seconds without an answer are too many. */
  about(source: Source, seconds: number): void {
    this.#files++;
    this.#source = source;
    this.#where = printable(source.name);
    this.#seconds = seconds;
  }

  ask<T>(question: Question): Promise<T> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    const id = this.#asked++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ id, question });
      if (this.#waiting.size === 1) this.#wait();
    });
  }

  /** Ends the thread, in the middle of a loop if need be. */
  stop(): void {
    this.#fail(new ParserCrashError(this.#where, 'it was stopped'));
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #begin(): void {
    this.#started = true;
    if (this.#waiting.size > 0) this.#wait();
  }

  /** The clock runs while something is asked, and starts anew with each answer. */
  #wait(): void {
    clearTimeout(this.#timer);
    this.#worker.ref();
    const seconds = this.#started ? this.#seconds : START_SECONDS;
    this.#timer = setTimeout(() => this.#fail(new ParserTimeoutError(this.#where, seconds)), seconds * 1000);
  }

  async #receive(message: FromThread): Promise<void> {
    if ('sibling' in message) return this.#sendSibling(message.sibling, message.name);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('error' in message) {
      this.#soiled = true;
      waiting?.reject(errorOf(message.error));
    } else {
      waiting?.resolve(message.answer as never);
    }
    if (this.#waiting.size > 0) this.#wait();
    else this.#rest();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#worker.unref();
  }

  async #sendSibling(sibling: number, name: string): Promise<void> {
    try {
      const found = await this.#source!.sibling!(name);
      this.#post({ sibling, file: { name: found.name, bytes: await found.bytes() } });
      this.#seconds += secondsFor(found.size);
      if (this.#waiting.size > 0) this.#wait();
    } catch (error) {
      this.#post({ sibling, file: errorData(error) });
    }
  }

  #crash(error: Error): Error {
    const memory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
    return memory ? new ParserMemoryError(this.#where, MAX_HEAP_MB) : new ParserCrashError(this.#where, error.message);
  }

  #fail(error: Error): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = error;
    this.#rest();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    void this.#worker.terminate();
  }
}

function start(entry: URL | undefined): StartedThread {
  try {
    return takeStartedThread(entry);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_ACCESS_DENIED'
      ? new ThreadsDeniedError({ cause: error })
      : error;
  }
}
