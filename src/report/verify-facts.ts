// What every report on a verification says, in the same words: counts, budgets, verdicts, what moved.
// Read first: src/results/verify.ts.
import { listSome, plural } from '../core/text.js';
import type { Moved, ReportedResult } from '../results/certificate.js';
import type { TopOneResult, VerifiedLayer, VerifyFailure, VerifyResult } from '../results/verify.js';

/** `2 of 68 layers at fault`, `68 layers compared`. */
export function countsOf({ layers }: Pick<VerifyResult, 'layers'>): string {
  const failed = layers.filter(({ verdict }) => verdict === 'fail').length;
  const all = plural(layers.length, 'layer');
  return failed === 0 ? `${all} compared` : `${failed} of ${all} at fault`;
}

/** What is compared otherwise than as it is stored, by name; nothing where it is as stored. */
export function unroundedName({ unroundedWeights }: Pick<VerifyResult, 'unroundedWeights'>): string | undefined {
  return unroundedWeights === null ? undefined : 'reference used unrounded weights';
}

/** What values may be off by, where the bounds decide: `what float32 may be off by`. */
export function allowedWords({ unroundedWeights }: Pick<VerifyResult, 'unroundedWeights'>): string {
  if (unroundedWeights === null) return 'what float32 may be off by';
  return `what float32 and weights stored in ${unroundedWeights.formats.join(' and ')} may be off by`;
}

/** The verdict as a sentence without the file's name. */
export function verdictWords(result: VerifyResult): string {
  const { verdict, tolerance } = result;
  const name = unroundedName(result);
  const bounds = `${allowedWords(result)}${name === undefined ? '' : ` (${name})`}`;
  const by = tolerance === null ? bounds : `the stated tolerance ${tolerance.toExponential()}`;
  return {
    pass: `Every layer compared is within ${by}.`,
    fail: `Not every layer is within ${by}.`,
    undecided: 'Max and average pooling fit equally well, so the reference does not tell which it is. Say --pooling.',
  }[verdict];
}

/** What is said where no cause is named: that there is none, or that the search did not come to its end. */
export function unknownCauseWords({ causeSearch }: VerifyFailure): string {
  if (causeSearch?.state !== 'stopped') return 'no known cause';
  const { tried, of } = causeSearch;
  return `no known cause found within the limit on the search's work (${tried} of ${of} causes tried; --all-causes tries all)`;
}

/** `2 of 3 images certain; …`, which are not, and which were recorded otherwise. */
export function topOneWords({ images }: TopOneResult): string {
  const unsure = images.flatMap(({ certain, top, runnerUp, margin, sigma }, i) =>
    certain ? [] : [`image ${i} (${top} or ${runnerUp}, logits ${errorText(margin)} apart, sigma ${errorText(sigma)})`],
  );
  const others = images.flatMap(({ agrees, top, recorded }, i) =>
    agrees === false ? [`image ${i} (${top}, recorded ${recorded})`] : [],
  );
  const alike = images.length > 0 && images.every(({ agrees }) => agrees === true) ? ', as recorded' : '';
  return [
    `${images.length - unsure.length} of ${plural(images.length, 'image')} certain${alike}`,
    ...(unsure.length === 0 ? [] : [`the class could change in ${listSome(unsure)}`]),
    ...(others.length === 0 ? [] : [`recorded otherwise: ${listSome(others)}`]),
  ].join('; ');
}

/** A share of a bound: `exact`, `< 1 %`, `40 %`, `12 x`; of a bound of zero, `no bound`. */
export function shareText(share: number | null | undefined): string {
  if (share === null || share === undefined) return '-';
  if (share === 0) return 'exact';
  if (share <= 1) return share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`;
  return Number.isFinite(share) ? `${share.toPrecision(2)} x` : 'no bound';
}

/** An error's size: `3.1e-7`, `0`, `-` where there is none. */
export function errorText(error: number | null | undefined): string {
  if (error === null || error === undefined) return '-';
  return error === 0 ? '0' : error.toExponential(1);
}

/** A number to three digits: `0.00123`, `4.57e-7`. */
export const shortNumber = (value: number): string => (value === 0 ? '0' : value.toPrecision(3));

/** How much of what it may be off by a layer uses: the number that layers are ranked by. NaN counts as beyond all. */
export function shareUsed({ own, maxRelError, verdict }: VerifiedLayer, tolerance: number | null): number {
  if (own === null) return verdict === 'fail' ? Number.POSITIVE_INFINITY : 0;
  const share = tolerance === null ? own.budget : (maxRelError ?? Number.NaN) / tolerance;
  return Number.isNaN(share) ? (tolerance === 0 && maxRelError === 0 ? 0 : Number.POSITIVE_INFINITY) : share;
}

/** Layers at fault first, then by the share used, most first; the network's order among equals. */
export function worstFirst({ layers, tolerance }: VerifyResult): VerifiedLayer[] {
  const failing = ({ verdict }: VerifiedLayer): number => (verdict === 'fail' ? 1 : 0);
  return [...layers].sort((a, b) => {
    const [first, second] = [shareUsed(a, tolerance), shareUsed(b, tolerance)];
    return failing(b) - failing(a) || (first === second ? 0 : second - first);
  });
}

/** `slices "own" -> "last"`; hashes by their first digits. */
export function movedText({ kind, what, field, before, after }: Moved): string {
  const short = (text: string): string => (kind === 'hash' ? text.slice(0, HASH_DIGITS) : text);
  const where = field === undefined ? `${kind} ${what}` : `layer ${what}, ${FIELDS[field]}`;
  return `${where}: ${short(before)} -> ${short(after)}`;
}

const HASH_DIGITS = 12;

const FIELDS: Readonly<Record<NonNullable<Moved['field']>, string>> = {
  verdict: 'verdict',
  'own error': 'own error in bounds',
  'free run': "free run's error in limits",
  'relative error': 'relative error',
};

/** Whether the earlier certificate holds, as a sentence; nothing where none was given. */
export function againstWords({ against }: ReportedResult): string | undefined {
  if (against === undefined) return undefined;
  return against.holds ? 'The earlier verification still holds.' : 'The earlier verification no longer holds.';
}

/** The facts that identify a verification: `[name, value]`, settings first, then hashes. */
export function properties(result: ReportedResult): [string, string][] {
  const { config, pooling, tolerance, executor, certificate } = result;
  const unrounded = unroundedName(result);
  const settings = Object.entries({ ...config, pooling: pooling.decision ?? 'none' }).flatMap(flattened);
  const hashes = [...(certificate?.hashes.checkpoint ?? []), ...(certificate?.hashes.reference ?? [])];
  return [
    ...settings,
    ['executor', executor],
    ['tolerance', tolerance === null ? 'bounds' : String(tolerance)],
    ...(unrounded === undefined ? [] : [['weights', unrounded] satisfies [string, string]]),
    ...(certificate === undefined ? [] : [['shuffleport', certificate.version] satisfies [string, string]]),
    ...hashes.map(({ name, sha256 }): [string, string] => [`sha256 of ${name}`, sha256]),
  ];
}

function flattened([key, value]: [string, unknown]): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[key, String(value ?? 'none')]];
  if (Array.isArray(value)) return [[key, value.map((item) => item ?? '?').join(',')]];
  return Object.entries(value).flatMap(([inner, text]) => flattened([`${key}.${inner}`, text]));
}
