// What `port` adds to the folder so that it runs in a page: index.html, runtime.js, the weights and config.json.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { encodeText } from '../core/bytes.js';
import type { ExportFile } from '../export/files.js';
import type { Recipe } from '../image/recipes.js';
import type { Conversion } from '../jobs/convert.js';
import { readLabels } from './labels.js';

/** What a page wants to know beside the network. */
export interface PageFlags {
  /** What was done to pixel values in training; the page asks where nobody says. */
  readonly preprocess?: Recipe;
  /** The path of a file with the names of the classes. */
  readonly labels?: string;
}

/** Files beside those of the conversion, and the check that what was written is the model. */
export interface PageFiles {
  readonly files: readonly ExportFile[];
  /** Takes all files of the folder, as read back. */
  check(files: readonly ExportFile[]): Promise<void>;
}

/** The files; weights that were asked for as safetensors are those that the page runs. */
export async function pageFiles(conversion: Conversion, { preprocess, labels }: PageFlags): Promise<PageFiles> {
  const names = labels === undefined ? undefined : await readLabels(labels);
  const runtime = await conversion.forRuntime({ ...(preprocess && { preprocess }), ...(names && { labels: names }) });
  const there = new Set(conversion.files.map(({ name }) => name));
  const weights = runtime.files[0]!.name;
  return {
    files: [
      ...runtime.files.filter(({ name }) => !there.has(name)),
      { name: 'index.html', bytes: encodeText(await pageOf(conversion)) },
      { name: 'runtime.js', bytes: withoutMap(await built('runtime.js')) },
    ],
    check: (files) => runtime.check(files.filter(({ name }) => name === weights)),
  };
}

async function pageOf({ config }: Conversion): Promise<string> {
  const { demoPage } = await import('../report/page.js');
  const { describeConfig } = await import('../report/settings.js');
  const script = new TextDecoder().decode(withoutMap(await built('bundle/page.js')));
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
  return demoPage({ title: describeConfig(config), script, sha256 });
}

/** A file that `npm run build` made, two folders up both from src/ and from dist/. */
const built = (name: string): Promise<Uint8Array> => readFile(new URL(`../../dist/${name}`, import.meta.url));

/** The map is not beside the file where it goes. */
function withoutMap(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  return encodeText(text.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'));
}
