// Network + weights -> a `.keras` file that Keras 3 loads in safe mode, on any backend: `config.json` with built-in
// layers only, `model.weights.h5`, `metadata.json`. Read first: layer.ts, layers.ts, store.ts.
import { encodeText } from '../../core/bytes.js';
import { writeZip } from '../../formats/zip-write.js';
import { groupedSteps } from '../../network/grouped.js';
import type { Network, Shape } from '../../network/layer.js';
import type { ShuffleNetModel } from '../../shufflenet/load.js';
import { settingsRecord } from '../../shufflenet/metadata.js';
import { namingScheme } from '../../shufflenet/names.js';
import type { KerasLayer } from './layer.js';
import { kerasLayers } from './layers.js';
import { writeStore } from './store.js';

/** The version whose format is written; later ones read it, and the first of Keras 3 does, too. */
const KERAS_VERSION = '3.0.0';

/** The bytes of the `.keras` file. */
export async function toKeras(model: ShuffleNetModel): Promise<Uint8Array<ArrayBuffer>> {
  const layers = kerasModel(model);
  const metadata = {
    keras_version: KERAS_VERSION,
    // No clock: the same model makes the same bytes.
    date_saved: '1980-01-01@00:00:00',
    shuffleport: settingsRecord(model.settings),
  };
  const member = (name: string, json: unknown) => ({ name, bytes: encodeText(JSON.stringify(json)) });
  return writeZip([
    member('metadata.json', metadata),
    member('config.json', configOf(model.network, layers)),
    { name: 'model.weights.h5', bytes: await writeStore(layers) },
  ]);
}

/** What `config.json` says: the network as Keras deserialises it. */
export function kerasConfig(model: Pick<ShuffleNetModel, 'network' | 'weights'>): unknown {
  return configOf(model.network, kerasModel(model));
}

/** The network in layers of Keras 3, in an order in which they can run. */
export function kerasModel(model: Pick<ShuffleNetModel, 'network' | 'weights'>): KerasLayer[] {
  const shapes = new Map(model.network.layers.map(({ name, outputShape }) => [name, outputShape]));
  const steps = groupedSteps(model);
  // A grouped convolution goes by its own name here, not by that of the concat it no longer has.
  const titles = new Map(steps.flatMap((step) => (step.kind === 'layer' ? [] : [[step.name, step.title]])));
  const shapeOf = (layer: string): Shape => shapes.get(layer)!;
  const nameOf = (layer: string): string => legalName(titles.get(layer) ?? layer);
  return steps.flatMap((step) => kerasLayers(step, { shapeOf, nameOf }));
}

/** Keras 3 forbids slashes in names. */
const legalName = (layer: string): string => namingScheme('underscore')!.encode(layer);

/** The network's output is the last layer's: nothing after it is left out. */
function configOf({ name }: Network, layers: readonly KerasLayer[]): unknown {
  const shapes = new Map(layers.map((layer) => [layer.name, layer.outputShape]));
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name,
      trainable: true,
      layers: layers.map((layer) => layerConfig(layer, shapes)),
      input_layers: [[layers[0]!.name, 0, 0]],
      output_layers: [[layers.at(-1)!.name, 0, 0]],
    },
    registered_name: 'Functional',
  };
}

function layerConfig(layer: KerasLayer, shapes: ReadonlyMap<string, Shape>) {
  const { className, name, config, inputs, merges, operands } = layer;
  const tensors = inputs.map((input) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, ...shapes.get(input)!], dtype: 'float32', keras_history: [input, 0, 0] },
  }));
  const args = merges ? [tensors] : [...tensors, ...(operands ?? [])];
  return {
    module: operands === undefined ? 'keras.layers' : 'keras.src.ops.numpy',
    class_name: className,
    // Until lately operations took no name.
    config: operands === undefined ? { name, ...config } : config,
    registered_name: operands === undefined ? null : className,
    name,
    inbound_nodes: inputs.length === 0 ? [] : [{ args, kwargs: {} }],
  };
}
