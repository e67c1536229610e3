// The page that `port` writes, without its elements: a model loaded, pictures run, and what is said on the way.
// Read next: view.ts, the elements; main.ts, the beginning.
import type { Recipe } from '../image/recipes.js';
import type { loadModel } from '../runtime/load.js';
import type { RuntimeModel, RuntimePredictOptions } from '../runtime/model.js';
import type { PixelData } from '../runtime/platform.js';
import type { Prediction } from '../shufflenet/predictions.js';

/** What is chosen on the page: nothing where nobody chose yet. */
export interface Choice {
  readonly preprocess: Recipe | '';
  /** Height and width, in pixels. */
  readonly size: number;
}

/** What of the page the demo needs. */
export interface View {
  say(words: string): void;
  fail(words: string): void;
  /** Lets a picture and what is not known be chosen. */
  open(asked: { readonly preprocess: boolean; readonly size: boolean }): void;
  choice(): Choice;
  /** The picture as it is seen, upright. */
  draw(file: Blob): Promise<PixelData>;
  show(rows: readonly ClassRow[], times: string): void;
  onPicture(take: (file: Blob) => Promise<void>): void;
  onChoice(take: () => Promise<void>): void;
}

/** A line of the table. */
export interface ClassRow {
  readonly name: string;
  readonly probability: number;
  readonly percent: string;
}

/** Where the page is, and what it has. */
export interface Surroundings {
  /** `https:`; of a page opened from the disk `file:`. */
  readonly protocol: string;
  /** Threads that may be used: more than one where the host isolates the page. */
  readonly threads: number;
  /** Milliseconds that only grow. */
  now(): number;
  /** Loads runtime.js. */
  runtime(): Promise<{ readonly loadModel: typeof loadModel }>;
}

/** What to do about a page that was opened from the disk, where browsers let a page load nothing. */
export const HOW_TO_SERVE =
  'This page was opened from the disk, where a browser lets it load nothing. Serve the folder and open it from there, ' +
  'for example: npx serve, or: python3 -m http.server 8000 (then localhost:8000).';

/** Runs the page. What goes wrong is said on it. */
export async function startDemo(view: View, { protocol, threads, now, runtime }: Surroundings): Promise<void> {
  if (protocol === 'file:') return view.fail(HOW_TO_SERVE);
  const model = await orSaid(view, async () => {
    const { loadModel } = await runtime();
    return loadModel('./', { threads, onProgress: (loaded, total) => view.say(progressWords(loaded, total)) });
  });
  if (model === undefined) return;
  view.open({ preprocess: model.preprocess === null, size: model.inputShape.includes(null) });
  view.say(readyWords(model));
  let pixels: PixelData | undefined;
  const run = async (): Promise<void> => {
    if (pixels === undefined) return;
    const picture = pixels;
    await orSaid(view, () => runPicture(view, model, picture, now));
  };
  view.onChoice(run);
  view.onPicture(async (file) => {
    pixels = await orSaid(view, () => view.draw(file), 'This file is no picture that this browser can read.');
    await run();
  });
}

async function runPicture(view: View, model: RuntimeModel, pixels: PixelData, now: () => number): Promise<void> {
  const { preprocess, size } = view.choice();
  if (model.preprocess === null && preprocess === '') {
    return view.say('Choose what was done to pixel values in training: the wrong choice gives confident nonsense.');
  }
  view.say('Running.');
  const options: RuntimePredictOptions = {
    ...(model.preprocess === null && { preprocess: preprocess as Recipe }),
    ...(model.inputShape.includes(null) && { size: [size, size] }),
  };
  const before = now();
  const [prediction] = await model.predict(pixels, options);
  const whole = now() - before;
  view.show(rowsOf(prediction!), timeWords(networkTime(model, size, now), whole));
  view.say(readyWords(model));
}

/** Most runs that are timed, and the longest that they may take together, in milliseconds. */
const [MOST_RUNS, MOST_TIME] = [9, 600];

/** The median time of some runs, in milliseconds; what is in the picture does not change it. */
function networkTime(model: RuntimeModel, size: number, now: () => number): number {
  const values = new Float32Array(model.inputShape.reduce<number>((product, dim) => product * (dim ?? size), 1));
  const [times, start]: [number[], number] = [[], now()];
  do {
    const before = now();
    model.run(values);
    times.push(now() - before);
  } while (times.length < MOST_RUNS && now() - start < MOST_TIME);
  // Not core's median: what the page shares with the command line would become a file beside it.
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

/** Lines for the table: the most probable classes, or of a network without a top the first features. */
export function rowsOf({ classes, features }: Prediction): ClassRow[] {
  if (features !== undefined) {
    return features
      .slice(0, 5)
      .map((value, i) => ({ name: `feature ${i}`, probability: 0, percent: value.toFixed(4) }));
  }
  return classes.map(({ index, label, probability }) => {
    return { name: label ?? `class ${index}`, probability, percent: `${(100 * probability).toFixed(1)} %` };
  });
}

/** `Downloading: 3.2 of 7.5 MB.` */
export function progressWords(loaded: number, total: number | undefined): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return `Downloading: ${megabytes(loaded)}${total === undefined ? '' : ` of ${megabytes(total)}`} MB.`;
}

function readyWords({ engine, notes }: RuntimeModel): string {
  return [
    'Ready.',
    ...(engine === null ? [] : [`Computed by the ${engine}.`]),
    ...notes.map((note) => `${note}.`),
  ].join(' ');
}

/** `23.4 ms an image for the network; the first run, with the picture scaled, took 61 ms.` */
export function timeWords(network: number, whole: number): string {
  return `${network.toFixed(1)} ms an image for the network; the first run, with the picture scaled, took ${whole.toFixed(0)} ms.`;
}

/** What it gives; nothing where it fails, which is then said. */
async function orSaid<T>(view: View, work: () => Promise<T>, otherwise?: string): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    view.fail(otherwise ?? failureWords(error));
    return undefined;
  }
}

/** An error's parts as sentences: ours have an explanation. */
export function failureWords(error: unknown): string {
  const { explanation } = error as { explanation?: { what: string; where?: string; found?: string; next?: string } };
  if (explanation === undefined) return error instanceof Error ? error.message : String(error);
  const { what, where, found, next } = explanation;
  const parts = [where, found, next].filter((part) => part !== undefined);
  return `${what} ${parts.join('; ')}`.trim();
}
