// A file fetched whole, with progress. What is kept for next time is the browser's business.
import { concatBytes } from '../core/bytes.js';
import { printable } from '../core/text.js';
import { FileLimitError } from '../formats/errors.js';
import { DownloadError } from './errors.js';
import type { Signal } from './platform.js';

/** How a download is watched and stopped. */
export interface DownloadOptions {
  /** Stops it; what is awaited then rejects with the signal's reason. */
  readonly signal?: Signal;
  /** Bytes so far, and in all where the server tells. */
  readonly onProgress?: (loaded: number, total: number | undefined) => void;
}

/** Most bytes of one file: ten times the weights of the article's largest network, 2x with 8 groups and 1000 classes. */
const MAX_DOWNLOAD_BYTES = 500_000_000;

/** The bytes at `url`. Throws a `DownloadError`, a `FileLimitError`, and the signal's reason where it was stopped. */
export async function download(url: string, { signal, onProgress }: DownloadOptions = {}): Promise<Uint8Array> {
  const response = await orRefused(url, signal, () => fetch(url, { signal: (signal as AbortSignal) ?? null }));
  if (!response.ok) {
    throw new DownloadError(url, response.status, `HTTP ${response.status} ${response.statusText}`.trimEnd());
  }
  const total = totalOf(response);
  const parts: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await orRefused(url, signal, () => reader.read());
    if (done) return concatBytes(parts);
    loaded += value.length;
    if (loaded > MAX_DOWNLOAD_BYTES) {
      await reader.cancel();
      throw new FileLimitError(printable(url), 'bytes', 'The download', loaded, MAX_DOWNLOAD_BYTES);
    }
    parts.push(value);
    onProgress?.(loaded, total);
  }
}

/** What a server says of a compressed answer is the size of what it sends, and not of what arrives here. */
function totalOf({ headers }: Response): number | undefined {
  const length = Number(headers.get('content-length') ?? Number.NaN);
  return headers.has('content-encoding') || !Number.isSafeInteger(length) ? undefined : length;
}

async function orRefused<T>(url: string, signal: Signal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw new DownloadError(url, undefined, wordsOf(cause), { cause });
  }
}

/** Node tells what happened in the cause alone. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
