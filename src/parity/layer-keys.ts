// The keys under which people record a layer's output: its name, with slashes kept or written otherwise.

const CONCAT = '/concat';

/**
 * Every way to write `layer` as a key: as it is, slashes as `__`, and as the file's naming scheme has it. The output of
 * a grouped convolution `X` is that of its layer `X/concat`, so `X` and `X_concat` mean it too.
 */
export function keysOf(layer: string, encode: (name: string) => string): Set<string> {
  const names = [layer];
  if (layer.endsWith(CONCAT)) {
    const whole = layer.slice(0, -CONCAT.length);
    names.push(whole, `${whole}_concat`);
  }
  return new Set(names.flatMap((name) => [name, name.replaceAll('/', '__'), encode(name)]));
}
