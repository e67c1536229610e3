// Names inside exported graphs. A layer's own name belongs to what the layer gives, and to nothing else.

/** The name of something inside a layer: `LAYER/part`, with underscores after it where a layer is called that. */
export function innerName(layerNames: ReadonlySet<string>, layer: string, part: string): string {
  let name = `${layer}/${part}`;
  while (layerNames.has(name)) name += '_';
  return name;
}
