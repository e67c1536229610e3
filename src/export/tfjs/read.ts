// A graph model read back after writing: constants cut from the shards by the manifest, the graph compared with the
// one the network makes. Reads only what graph.ts writes; the files are our own, so what differs is damage.
import { concatBytes } from '../../core/bytes.js';
import { sizeOf, type Tensor, tensor } from '../../core/tensor.js';
import { WEIGHT_ROLES } from '../../core/weights.js';
import { decodeElements } from '../../formats/elements.js';
import type { Model } from '../../network/model.js';
import type { WrittenWeights } from '../arrays.js';
import { ExportReadBackError } from '../errors.js';
import type { ExportFile } from '../files.js';
import { innerName } from '../inner-name.js';
import { namedWeights } from '../named-weights.js';
import type { ExportOptions } from '../options.js';
import { type GraphModelJson, graphOf, MODEL_FILE, signatureOf } from './graph.js';
import { specsOf, type WeightSpec } from './weights.js';

/**
 * The weights and settings in the files of a graph model. Throws `ExportReadBackError` where a file is missing, bytes
 * are missing or left over, or the graph, its arguments (axes, permutations) or its signature is not `model`'s.
 */
export function fromGraphModel(
  files: readonly ExportFile[],
  model: Pick<Model, 'network' | 'weights'>,
  options: ExportOptions = {},
): WrittenWeights {
  const json = JSON.parse(new TextDecoder().decode(fileBytes(files, MODEL_FILE))) as GraphModelJson;
  const { nodes, constants, kerasLayers } = graphOf(model, options);
  expectSame('graph', json.modelTopology.node, nodes);
  expectSame('signature', json.signature, signatureOf(model.network));
  expectSame('format', json.format, 'graph-model');
  const specs = json.weightsManifest.flatMap(({ weights }) => weights);
  expectSame('list of weights', specs, specsOf(constants));
  const stored = json.weightsManifest.reduce(
    (all, { paths, weights }) => readGroup(all, concatBytes(paths.map((path) => fileBytes(files, path))), weights),
    new Map<string, Tensor>(),
  );
  for (const [name, value] of constants) {
    if (value.data instanceof Int32Array) expectSame(name, [...(stored.get(name)?.data ?? [])], [...value.data]);
  }
  expectSame('map of layers', json.userDefinedMetadata.kerasLayers, kerasLayers);
  const weights = isFolded(options) ? floatsAmong(stored) : weightsAmong(stored, model);
  return { weights, record: json.userDefinedMetadata.shuffleport };
}

/** The weights as they must be written: Keras's own, or, folded, the graph's constants under their own names. */
export function graphWeights(
  model: Pick<Model, 'network' | 'weights'>,
  options: ExportOptions,
): [string, Tensor<Float32Array>][] {
  return isFolded(options) ? [...floatsAmong(graphOf(model, options).constants)] : namedWeights(model);
}

const isFolded = ({ fold = true }: ExportOptions): boolean => fold;

function floatsAmong(constants: ReadonlyMap<string, Tensor>): Map<string, Tensor<Float32Array>> {
  const floats = (entry: [string, Tensor]): entry is [string, Tensor<Float32Array>] =>
    entry[1].data instanceof Float32Array;
  return new Map([...constants].filter(floats));
}

function fileBytes(files: readonly ExportFile[], name: string): Uint8Array {
  const file = files.find((candidate) => candidate.name === name);
  if (file === undefined) throw new ExportReadBackError(name, 'no such file', 'the file that model.json names');
  return file.bytes;
}

/** The constants in a run of bytes, put into `all` by name. Throws `ExportReadBackError` for bytes missing or left over. */
export function readGroup(
  all: Map<string, Tensor>,
  bytes: Uint8Array,
  specs: readonly WeightSpec[],
): Map<string, Tensor> {
  let at = 0;
  for (const { name, shape, dtype } of specs) {
    const end = at + 4 * sizeOf(shape);
    if (end > bytes.length) throw new ExportReadBackError(name, `${bytes.length} bytes of shards`, `${end} bytes`);
    all.set(name, tensor(decodeElements(bytes.subarray(at, end), dtype, true, name), shape));
    at = end;
  }
  if (at < bytes.length) throw new ExportReadBackError(MODEL_FILE, `${bytes.length} bytes of shards`, `${at} bytes`);
  return all;
}

/** The weights under `layer/role`, wherever names had to give way to a layer's. */
export function weightsAmong(
  stored: ReadonlyMap<string, Tensor>,
  { network }: Pick<Model, 'network'>,
): Map<string, Tensor> {
  const layerNames = new Set(network.layers.map(({ name }) => name));
  return new Map(
    network.layers.flatMap(({ name }) =>
      WEIGHT_ROLES.flatMap((role): [string, Tensor][] => {
        const value = stored.get(innerName(layerNames, name, role));
        return value === undefined ? [] : [[`${name}/${role}`, value]];
      }),
    ),
  );
}

/** The files are written from plain data in one order of keys, so the same data is the same text. */
function expectSame(part: string, found: unknown, expected: unknown): void {
  if (JSON.stringify(found) === JSON.stringify(expected)) return;
  throw new ExportReadBackError(MODEL_FILE, `another ${part}`, `the ${part} of the network`);
}
