// The two charts of the HTML report: each layer's own error, and the run from the input to the end. Read first: chart.ts.
import type { VerifiedLayer, VerifyResult } from '../../results/verify.js';
import { errorText, shareText } from '../verify-facts.js';
import { chart, type Point } from './chart.js';
import type { Markup } from './markup.js';
import type { Unit } from './units.js';

/** From the recorded inputs: the error at the value that uses most of its bound, and that bound. */
export function ownErrorChart(units: readonly Unit[], { layers, tolerance }: VerifyResult): Markup {
  const point = ({ layer, verdict, own }: VerifiedLayer): Point | undefined => {
    if (own === null) return undefined;
    const error = Math.abs(own.value - own.expected);
    const words = `${layer}: ${errorText(error)} of at most ${errorText(own.bound)} (${shareText(own.budget)})`;
    return { name: layer, error, limit: own.bound, fault: verdict === 'fail' && tolerance === null, words };
  };
  return chart(units, layers.map(point), {
    label: 'Own error of each layer, and its bound, on a logarithmic axis; the table of layers has the numbers',
    error: 'error',
    limit: 'what float32 may be off by there',
    fault: 'at fault',
    caption: 'Each layer alone, from its recorded inputs, at the value that uses most of its bound.',
  });
}

/** From the input on: the share of the limit that the largest error uses, whose limit is 1. */
export function freeRunChart(units: readonly Unit[], { layers, tolerance }: VerifyResult): Markup {
  const point = ({ layer, verdict, maxRelError, inherited }: VerifiedLayer): Point | undefined => {
    const error = tolerance === null ? inherited?.budget : maxRelError;
    if (error === undefined || error === null) return undefined;
    const limit = tolerance ?? 1;
    const words = `${layer}: ${tolerance === null ? shareText(error) : errorText(error)}`;
    return { name: layer, error, limit, fault: tolerance === null ? error > 1 : verdict === 'fail', words };
  };
  const bounded = tolerance === null;
  return chart(units, layers.map(point), {
    label: 'Error of each layer in the run from the input on, and its limit, on a logarithmic axis',
    error: bounded ? 'largest error, as a share of its limit' : "largest error, of the layer's largest value",
    limit: bounded ? 'the limit: 12 sigma of the rounding expected' : 'the stated tolerance',
    fault: 'beyond it',
    caption: bounded
      ? 'From the input to the end: a layer at fault shows in those that follow it, too.'
      : "Relative to the layer's largest recorded value, by the stated tolerance.",
  });
}
