// The article's model name, `ShuffleNet_1X_g3_br_0.25_373`, which is also the default name of converted files.
import type { ShuffleNetSettings } from './settings.js';

/** The article's `"ShuffleNet_%.2gX_g%d_br_%.2g_%s"`. */
export function modelName(
  settings: Pick<ShuffleNetSettings, 'scaleFactor' | 'groups' | 'bottleneckRatio' | 'numShuffleUnits'>,
): string {
  const { scaleFactor, groups, bottleneckRatio, numShuffleUnits } = settings;
  return `ShuffleNet_${general(scaleFactor)}X_g${groups}_br_${general(bottleneckRatio)}_${numShuffleUnits.join('')}`;
}

/**
 * C's and Python's `%.2g`: two significant digits, ties to even (`1.25` is `1.2`; JavaScript's `toPrecision` rounds
 * ties up and would say 1.3), trailing zeros dropped, an exponent from 100 up and below 0.0001.
 */
export function general(value: number): string {
  if (value === 0) return '0';
  // Sixty digits hold a double's exact decimal expansion for every value that matters here, so a tie shows as a tie.
  const [mantissa, power] = Math.abs(value).toExponential(60).split('e') as [string, string];
  const digits = mantissa.replace('.', '');
  const head = Number(digits.slice(0, 2));
  const rest = digits.slice(2);
  const half = `5${'0'.repeat(rest.length - 1)}`;
  const up = rest > half || (rest === half && head % 2 === 1);
  return place(value < 0 ? '-' : '', head + (up ? 1 : 0), Number(power));
}

function place(sign: string, twoDigits: number, power: number): string {
  const [digits, exponent] = twoDigits === 100 ? [10, power + 1] : [twoDigits, power];
  if (exponent < -4 || exponent >= 2) {
    const size = Math.abs(exponent).toString().padStart(2, '0');
    return `${sign}${digits / 10}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  return `${sign}${Number(`${digits}e${exponent - 1}`)}`;
}
