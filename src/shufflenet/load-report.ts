// A load report that failed, in words: what is wrong, and what to do about it. The report itself is in network/model.ts.
import { formatShape } from '../core/tensor.js';
import { formatCount, listSome, plural, printable } from '../core/text.js';
import type { LoadReport } from '../network/model.js';
import { KERNEL_ORDERS, kernelOrderThatFits } from './kernel-order.js';

/** Problems shown in a message; the report has them all. */
const MOST_SHOWN = 4;

/** One line of the account. */
export interface Problem {
  /** The network's layer, or the file's; empty where it is about several. */
  readonly layer: string;
  readonly text: string;
}

/** What is wrong, a line each, the first few of each kind. */
export function describeProblems(report: LoadReport): Problem[] {
  const missing = missingLayers(report);
  return [
    ...some(missing, 'missing layer', ({ layer, text }) => ({ layer, text })),
    ...some(
      report.missing.filter((weight) => weight.layerPresent),
      'missing weight',
      ({ layer, role }) => ({
        layer,
        text: `${layer} has no ${role}`,
      }),
    ),
    ...some(report.unreadable, 'unreadable weight', ({ layer, from, reason }) => ({
      layer,
      text: `${printable(from)} cannot be used: ${reason}`,
    })),
    ...some(report.mismatched, 'wrong shape', ({ layer, role, found, expected, permutation }) => ({
      layer,
      text: `${layer} ${role} is ${formatShape(found)}, expected ${formatShape(expected)}${orderText(permutation)}`,
    })),
    ...some(
      report.nonFinite,
      'tensor with values that are not numbers',
      ({ layer, role, nan, infinite, firstIndex }) => ({
        layer,
        text: `${layer} ${role} holds ${formatCount(nan)} NaN and ${formatCount(infinite)} infinite, the first at [${firstIndex.join(', ')}]`,
      }),
    ),
    ...some(report.negativeVariance, 'negative variance', ({ layer, count, firstIndex, firstValue }) => ({
      layer,
      text: `${layer} moving_variance has ${plural(count, 'negative value')}, the first ${firstValue} at [${firstIndex.join(', ')}]`,
    })),
    ...some(
      report.unused.filter((weight) => weight.ownLayer && !weight.allowed),
      'unused weight',
      ({ layer, weight, shape }) => ({
        layer: printable(layer),
        text: `${printable(weight)} ${formatShape(shape)} of ${printable(layer)} has no place in the network`,
      }),
    ),
  ];
}

function some<T>(items: readonly T[], noun: string, describe: (item: T) => Problem): Problem[] {
  const shown = items.slice(0, MOST_SHOWN).map(describe);
  if (items.length <= MOST_SHOWN) return shown;
  return [
    ...shown,
    { layer: '', text: `and ${plural(items.length - MOST_SHOWN, `more ${noun}`, `more of the kind "${noun}"`)}` },
  ];
}

function missingLayers(report: LoadReport): Problem[] {
  const layers = new Map<string, Problem>();
  for (const { layer, layerPresent, expectedName, nearest } of report.missing) {
    if (layerPresent) continue;
    const near = nearest === undefined ? '' : ` (the file has "${printable(nearest)}", which has no other place)`;
    layers.set(layer, { layer, text: `missing layer ${printable(expectedName)}${near}` });
  }
  return [...layers.values()];
}

const orderText = (permutation: readonly number[] | undefined): string =>
  permutation === undefined
    ? ''
    : `; its axes in the order (${permutation.join(', ')}) would fit${axisOrder(permutation)}`;

function axisOrder(permutation: readonly number[]): string {
  const key = permutation.join();
  if (key === '1,0') return ': stored transposed, as PyTorch does';
  const layout = KERNEL_ORDERS.find(({ axes }) => axes.join() === key);
  return layout === undefined ? '' : `: stored ${layout.description}`;
}

/** What to do about the gravest of it. */
export function advice(report: LoadReport): string {
  const permuted = report.mismatched.filter(({ permutation }) => permutation !== undefined);
  if (permuted.length > 0) return orderAdvice(report, permuted);
  const curable = report.unreadable.find(({ next }) => next !== undefined);
  if (curable !== undefined) return curable.next!;
  const renamed = report.missing.find(({ nearest }) => nearest !== undefined);
  if (renamed !== undefined) {
    return `if "${printable(renamed.nearest!)}" is ${renamed.layer} under another name, rename it in the file`;
  }
  if (report.nonFinite.length > 0 || report.negativeVariance.length > 0) {
    return 'the training diverged or the file was damaged: take an earlier checkpoint, or the original file';
  }
  if (report.missing.length + report.unreadable.length + report.mismatched.length > 0) {
    return '`inspect` lists what is in the file; state the settings of the network if they were inferred wrongly';
  }
  return `if these weights may be left out, name them: --allow-unused ${listSome(unusedGlobs(report), 1)}`;
}

/** What to do about kernels that fit in another order of their axes. */
function orderAdvice(report: LoadReport, permuted: LoadReport['mismatched']): string {
  const dense = permuted.filter(({ found }) => found.length !== 4).map(({ layer }) => layer);
  if (dense.length < permuted.length && report.notes.some(({ id }) => id === 'kernel-order')) {
    return 'the kernels do not fit in the order that was stated: leave --kernel-order out, and the report says which fits';
  }
  const order = kernelOrderThatFits(report);
  const transpose = 'transpose them (numpy.transpose with the order above) and save again';
  if (order === undefined) return `kernels are stored in another axis order: ${transpose}`;
  const flag = `the convolution kernels are stored ${order.toUpperCase()}: say --kernel-order ${order}`;
  return dense.length === 0 ? flag : `${flag}; it leaves ${listSome(dense, 3)} as stored: ${transpose}`;
}

const unusedGlobs = (report: LoadReport): string[] =>
  report.unused.filter(({ ownLayer, allowed }) => ownLayer && !allowed).map(({ weight }) => `"${printable(weight)}"`);
