// Layer names: the article's own, and the schemes under which files carry them. The schemes are data; everything
// else in the project uses article names only.

/** A way of writing the article's layer names. */
export interface NamingScheme {
  readonly id: string;
  readonly description: string;
  /** The file's name for the article's layer. */
  encode(articleName: string): string;
}

/** Known schemes, commonest first. */
export const NAMING_SCHEMES: readonly NamingScheme[] = [
  { id: 'article', description: "the article's own names, with slashes", encode: (name) => name },
  {
    id: 'underscore',
    description: 'slashes as underscores (Keras 3 forbids slashes)',
    encode: (name) => name.replaceAll('/', '_'),
  },
  {
    id: 'single-underscore',
    description: 'slashes as underscores, doubled ones collapsed',
    encode: (name) => name.replaceAll('/', '_').replaceAll('__', '_'),
  },
  { id: 'dots', description: 'slashes as dots', encode: (name) => name.replaceAll('/', '.') },
];

/** The scheme of that id, if there is one. */
export function namingScheme(id: string): NamingScheme | undefined {
  return NAMING_SCHEMES.find((scheme) => scheme.id === id);
}

/** What a layer name says about its place in the network. */
export interface LayerPlace {
  /** The article's name, without group: `stage2/block2/1x1_gconv_1`. */
  readonly base: string;
  readonly kind: 'conv1' | 'fc' | UnitLayer;
  /** Absent for `conv1` and `fc`. */
  readonly stage?: number;
  readonly block?: number;
  /** For one of a grouped convolution's parts. */
  readonly group?: number;
}

/** The weighted layers of a shuffle unit, in order. */
export const UNIT_LAYERS = [
  '1x1_gconv_1',
  'bn_gconv_1',
  '1x1_dwconv_1',
  'bn_dwconv_1',
  '1x1_gconv_2',
  'bn_gconv_2',
] as const;

/** One of `UNIT_LAYERS`. */
export type UnitLayer = (typeof UNIT_LAYERS)[number];

// Separators are loose here: `recognise` encodes what it read and compares, so nothing passes that no scheme writes.
// Numbers have three digits at most, so that a name cannot ask for a network of a million layers.
const PLACE = new RegExp(
  `(?:(conv1|fc)|stage(\\d{1,3})[/_.]block(\\d{1,3})[/_.](${UNIT_LAYERS.join('|')})(?:_[/_.]?g(\\d{1,3}))?)(_\\d{1,3})?$`,
);

/** A file's layer name, read under a scheme: `prefix + encode(article name) + suffix`. */
export interface Recognised {
  readonly articleName: string;
  readonly place: LayerPlace;
  /** What stands before: an enclosing model's name and separator. Mostly empty. */
  readonly prefix: string;
  /** TensorFlow 1's `_1`, `_2` on names of a graph built twice. Mostly empty. */
  readonly suffix: string;
}

/** Reads a layer name under a scheme; `undefined` when the scheme would not write it so. */
export function recognise(name: string, scheme: NamingScheme): Recognised | undefined {
  const match = PLACE.exec(name);
  if (match === null) return undefined;
  const [whole, top, stage, block, layer, group, suffix = ''] = match;
  const prefix = name.slice(0, match.index);
  const base = top ?? `stage${Number(stage)}/block${Number(block)}/${layer}`;
  const articleName = group === undefined ? base : `${base}_/g${Number(group)}`;
  if (scheme.encode(articleName) + suffix !== whole || !/^$|[/_.]$/.test(prefix)) return undefined;
  const place: LayerPlace = {
    base,
    kind: (top ?? layer) as LayerPlace['kind'],
    ...(top === undefined && { stage: Number(stage), block: Number(block) }),
    ...(group !== undefined && { group: Number(group) }),
  };
  return { articleName, place, prefix, suffix };
}
