// The architecture JSON some Keras files carry, read as data: which layers it lists and what it says of them.
// Nothing in it is ever evaluated: a Lambda's bytecode is a string like any other.

import { asRecord, parseJson } from '../core/json.js';
import { printable } from '../core/text.js';
import type { Note } from '../core/weights.js';

/** JSON that a file carries. What cannot be parsed is a note, and left aside: the weights are what matters. */
export function parseConfig(json: string, name: string, notes: Note[]): unknown {
  try {
    return parseJson(json);
  } catch (error) {
    const text = `${name} is no JSON (${printable(String(error))}); it is left aside.`;
    notes.push({ id: 'unreadable-config', text });
    return undefined;
  }
}

/** One layer of the architecture, as the file states it. */
export interface ConfigLayer {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A layer with those of the model it holds, if it is one. */
export interface ConfigNode extends ConfigLayer {
  readonly layers: readonly ConfigNode[];
}

/** Models may be nested in models; deeper than this is no network anybody trained. */
const MAX_NESTING = 16;

/** The layers of a model, nested as they are. Unreadable parts are passed over. */
export function configTree(modelConfig: unknown, depth = 0): ConfigNode[] {
  const config = asRecord(asRecord(modelConfig)?.config) ?? asRecord(modelConfig);
  const listed = config?.layers ?? asRecord(modelConfig)?.config;
  if (!Array.isArray(listed) || depth > MAX_NESTING) return [];
  return listed.flatMap((entry: unknown) => {
    const layer = asRecord(entry);
    const inner = asRecord(layer?.config);
    if (layer === undefined || inner === undefined) return [];
    const name = [layer.name, inner.name].find((value) => typeof value === 'string') ?? '';
    const className = typeof layer.class_name === 'string' ? layer.class_name : '';
    return [{ name, className, config: inner, layers: configTree(layer, depth + 1) }];
  });
}

/** Every layer, those of nested models after the layer that holds them. */
export function configLayers(modelConfig: unknown): ConfigLayer[] {
  const flat = (nodes: readonly ConfigNode[]): ConfigLayer[] => nodes.flatMap((node) => [node, ...flat(node.layers)]);
  return flat(configTree(modelConfig));
}

/** The first input layer's `(height, width, channels)`, `None` as null; `undefined` where it is not told. */
export function configInputShape(layers: readonly ConfigLayer[]): (number | null)[] | undefined {
  const stated = layers.map(({ config }) => config.batch_input_shape ?? config.batch_shape);
  const shape = stated.find((value) => Array.isArray(value) && value.length === 4) as unknown[] | undefined;
  return shape?.slice(1).map((dim) => (typeof dim === 'number' && Number.isInteger(dim) && dim > 0 ? dim : null));
}
