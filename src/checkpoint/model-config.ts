// The architecture JSON some Keras files carry, read as data: which layers it lists and what it says of them.
// Nothing in it is ever evaluated: a Lambda's bytecode is a string like any other.

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
  const config = record(record(modelConfig)?.config) ?? record(modelConfig);
  const listed = config?.layers ?? record(modelConfig)?.config;
  if (!Array.isArray(listed) || depth > MAX_NESTING) return [];
  return listed.flatMap((entry: unknown) => {
    const layer = record(entry);
    const inner = record(layer?.config);
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

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
