// A checkpoint's layers as a ShuffleNet sees them: nested models opened, names read under the scheme that fits best.
import type { Checkpoint, CheckpointLayer, CheckpointWeight } from '../checkpoint/checkpoint.js';
import { listSome, plural, printable } from '../core/text.js';
import type { Note } from '../core/weights.js';
import { type KernelOrder, kernelOrderNote, weightsInKerasOrder } from './kernel-order.js';
import { type LayerPlace, NAMING_SCHEMES, type NamingScheme, recognise } from './names.js';

/** A layer of the file, or of a model nested in it. */
export interface FileLayer {
  readonly name: string;
  /** The layer it is nested in, as the file calls it. */
  readonly outer?: string;
  readonly weights: readonly CheckpointWeight[];
}

/** A layer of the file that has its place in a ShuffleNet. */
export interface PlacedLayer extends FileLayer {
  readonly articleName: string;
  readonly place: LayerPlace;
}

/** The file's layers, matched. */
export interface FileLayers {
  readonly scheme: NamingScheme;
  /** By article name. */
  readonly placed: ReadonlyMap<string, PlacedLayer>;
  /** Weighted layers that have no place: an outer head, another network, a renamed layer. */
  readonly others: readonly FileLayer[];
  /** Article layers that several layers of the file stand for; `placed` has the first of each. */
  readonly ambiguous: readonly AmbiguousName[];
  /** The name this file would give to an article layer. */
  fileName(articleName: string): string;
  readonly notes: readonly Note[];
}

/** Two layers of the file that are read as one of the network's. */
export interface AmbiguousName {
  readonly articleName: string;
  /** As the file calls them, the first to come first. */
  readonly names: readonly [string, string];
}

/** How the file's layers are to be read. */
export interface ReadingOptions {
  /** The scheme of the names; the one that recognises most of them when left out. */
  readonly scheme?: NamingScheme | undefined;
  /** The axis order of convolution kernels; Keras's own when left out. */
  readonly kernelOrder?: KernelOrder | undefined;
}

/** Reads the names of a checkpoint under the scheme that is stated, or under the one that recognises most of them. */
export function readFileLayers(checkpoint: Checkpoint, { scheme, kernelOrder }: ReadingOptions = {}): FileLayers {
  const layers = checkpoint.layers.filter((layer) => layer.weights.length > 0).flatMap(openNested);
  const candidates = (scheme ? [scheme] : NAMING_SCHEMES).flatMap((candidate) => readings(layers, candidate));
  const best = candidates.reduce((a, b) => (b.placed.size > a.placed.size ? b : a), emptyReading(scheme));
  const used = new Set<FileLayer>([...best.placed.values()].map((layer) => layer.source));
  const read: FileLayers = {
    scheme: best.scheme,
    placed: best.placed,
    others: layers.filter((layer) => !used.has(layer)),
    ambiguous: best.ambiguous,
    fileName: (articleName) => best.prefix + best.scheme.encode(articleName),
    notes: [...nestedNote(best), ...secondNote(best, candidates), ...best.ambiguous.map(ambiguousNote)],
  };
  return kernelOrder === undefined || kernelOrder === 'hwio' ? read : withKernelOrder(read, kernelOrder);
}

/** The layers with every convolution kernel seen in Keras's order. */
function withKernelOrder(layers: FileLayers, order: KernelOrder): FileLayers {
  let total = 0;
  const placed = [...layers.placed].map(([name, layer]): [string, PlacedLayer] => {
    const { weights, count } = weightsInKerasOrder(layer.weights, order, layer.place.kind === '1x1_dwconv_1');
    total += count;
    return [name, { ...layer, weights }];
  });
  return { ...layers, placed: new Map(placed), notes: [...layers.notes, kernelOrderNote(order, total)] };
}

/** One scheme's reading of the layers that share a nesting and a prefix. */
interface Reading {
  readonly scheme: NamingScheme;
  readonly prefix: string;
  readonly outer: string | undefined;
  readonly placed: Map<string, PlacedLayer & { readonly source: FileLayer }>;
  readonly ambiguous: AmbiguousName[];
}

function emptyReading(scheme = NAMING_SCHEMES[0]!): Reading {
  return { scheme, prefix: '', outer: undefined, placed: new Map(), ambiguous: [] };
}

function readings(layers: readonly FileLayer[], scheme: NamingScheme): Reading[] {
  const byPlace = new Map<string, Reading>();
  for (const layer of layers) {
    const read = recognise(layer.name, scheme);
    // A suffix is TensorFlow's doing and stands on weight names only, which is all a nested layer's name is made from.
    if (read === undefined || (read.suffix !== '' && layer.outer === undefined)) continue;
    const key = JSON.stringify([layer.outer ?? null, read.prefix]);
    const reading = byPlace.get(key) ?? {
      ...emptyReading(scheme),
      prefix: read.prefix,
      outer: layer.outer,
      placed: new Map(),
      ambiguous: [],
    };
    byPlace.set(key, reading);
    place(reading, layer, read.articleName, read.place);
  }
  return [...byPlace.values()];
}

function place(reading: Reading, layer: FileLayer, articleName: string, at: LayerPlace): void {
  const earlier = reading.placed.get(articleName);
  if (earlier === undefined) {
    reading.placed.set(articleName, { ...layer, articleName, place: at, source: layer });
    return;
  }
  reading.ambiguous.push({ articleName, names: [earlier.name, layer.name] });
}

function ambiguousNote({ articleName, names: [first, second] }: AmbiguousName): Note {
  const text = `"${printable(first)}" and "${printable(second)}" both stand for ${articleName}, so nothing can be loaded from this file.`;
  return { id: 'ambiguous-name', text };
}

/** A layer whose weights belong to several inner layers is a model used as a layer; its weights tell their names. */
function openNested(layer: CheckpointLayer): FileLayer[] {
  // A layer with a place of its own may hold weights of its parts (`conv1/sn/u:0`), and is no model for that.
  if (NAMING_SCHEMES.some((scheme) => recognise(layer.name, scheme) !== undefined)) return [layer];
  const inner = new Map<string, CheckpointWeight[]>();
  for (const weight of layer.weights) {
    const owner = weight.name.slice(0, Math.max(0, weight.name.lastIndexOf('/')));
    inner.set(owner, [...(inner.get(owner) ?? []), weight]);
  }
  if (inner.size <= 1) return [layer];
  return [...inner].map(([name, weights]) => ({ name, outer: layer.name, weights }));
}

function nestedNote({ outer, placed }: Reading): Note[] {
  if (outer === undefined) return [];
  const text = `The network is nested in the layer "${printable(outer)}" (a model used as a layer, multi_gpu_model for one); its ${plural(placed.size, 'layer')} are read from there.`;
  return [{ id: 'nested-model', text }];
}

/** A second network, as whole as the first and under names of the same scheme, is told of: somebody may mean that one. */
function secondNote(best: Reading, candidates: readonly Reading[]): Note[] {
  const alike = ({ scheme, placed }: Reading): boolean => scheme === best.scheme && placed.size === best.placed.size;
  const second = candidates.find((reading) => reading !== best && alike(reading));
  if (second === undefined) return [];
  const text = `The file holds two networks of as many layers: ${placeOf(best)}, which is used, and ${placeOf(second)}.`;
  return [{ id: 'second-network', text }];
}

function placeOf({ outer, prefix }: Reading): string {
  if (outer !== undefined) return `that in the layer "${printable(outer)}"`;
  return prefix === '' ? 'that without a prefix' : `that under "${printable(prefix)}"`;
}

/** A few of the file's layer names, for messages. */
export function someNames(layers: readonly { readonly name: string }[]): string {
  return layers.length === 0 ? 'no layers with weights' : listSome(layers.map((layer) => printable(layer.name)));
}
