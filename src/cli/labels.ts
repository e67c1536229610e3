// Names of classes in a file.
import { fileSource } from '../node/files.js';

/** One label a line; empty lines at the end are none. */
export async function readLabels(path: string): Promise<string[]> {
  const text = new TextDecoder().decode(await (await fileSource(path)).bytes());
  return text.replace(/(\r?\n)+$/, '').split(/\r?\n/);
}
