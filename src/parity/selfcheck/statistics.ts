// What batch norms say by themselves: statistics that no training touched, scales as they were at the start.
import { plural } from '../../core/text.js';
import type { Model } from '../../network/model.js';
import type { Finding } from './findings.js';
import { weightOf } from './places.js';

/** Findings about the batch norms, each taken alone. A negative variance never gets here: loading refuses it. */
export function statisticsFindings(model: Model): Finding[] {
  const norms = model.network.layers.filter(({ op }) => op === 'BatchNormalization').map(({ name }) => name);
  const all = (layer: string, role: 'gamma' | 'beta' | 'moving_mean' | 'moving_variance', value: number): boolean =>
    weightOf(model, layer, role).every((x) => x === value);
  const untouched = norms.filter((layer) => all(layer, 'moving_mean', 0) && all(layer, 'moving_variance', 1));
  const initial = norms.filter((layer) => all(layer, 'gamma', 1) && all(layer, 'beta', 0));
  const constant = norms.filter((layer) => all(layer, 'moving_variance', 0));
  return [
    ...some(
      'statistics-never-updated',
      untouched,
      norms,
      'a moving mean of 0 and a moving variance of 1 throughout: no training has updated them, or they were not saved',
    ),
    ...some(
      'scale-never-trained',
      initial,
      norms,
      'a gamma of 1 and a beta of 0 throughout, as they are before training',
    ),
    ...some(
      'variance-zero',
      constant,
      norms,
      'a moving variance of 0 throughout, which a layer has only when its input never changes',
    ),
  ];
}

/** Of all layers it is the file's nature, and a remark; of some it is odd, and a warning. */
function some(id: string, layers: readonly string[], norms: readonly string[], what: string): Finding[] {
  if (layers.length === 0) return [];
  const who = layers.length === norms.length ? 'All' : `${layers.length} of`;
  const words = `${who} ${plural(norms.length, 'batch norm')} have ${what}.`;
  const kind = layers.length === norms.length ? 'remark' : 'warning';
  return [{ id, kind, layers, words, evidence: { layers: layers.length, of: norms.length } }];
}
