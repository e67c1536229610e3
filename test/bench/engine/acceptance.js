// What the engine is to reach, and whether it did. Ratios are medians within rounds.
import { markdownTable } from '../../../dist/report/table.js';

const full = ({ scaleFactor }) => scaleFactor === 1;
const half = ({ scaleFactor }) => scaleFactor === 0.5;

const ratios = (networks, peer) =>
  networks.flatMap(({ runners }) => runners.filter(({ name }) => name.startsWith(peer)).map(({ ratio }) => ratio));

const shares = (networks) => networks.map(({ kinds }) => kinds.find(({ kind }) => kind === 'grouped').share);

/** What is measured, how it is shown, and the aims with plain SIMD and with relaxed FMA. */
const AIMS = [
  ['onnxruntime-web, every 1x', 'times', ({ networks }) => ratios(networks.filter(full), 'onnxruntime-web'), 2.1, 2.6],
  ['tfjs-wasm on our export, all', 'times', ({ networks }) => ratios(networks, 'tfjs'), 1.5, 2],
  [
    'onnxruntime-node (native), g2 to g8 at 1x',
    'times',
    ({ networks }) =>
      ratios(
        networks.filter((each) => full(each) && each.groups > 1),
        'onnxruntime-node',
      ),
    0.65,
    0.9,
  ],
  ['the same, g3 0.5x', 'times', ({ networks }) => ratios(networks.filter(half), 'onnxruntime-node'), 0.95, 1.25],
  ['grouped convolutions, share of the peak', 'share', ({ networks }) => shares(networks.filter(full)), 0.78, 0.92],
  ['two threads, g3 1x', 'times', ({ threads }) => [threads.speedUp], 1.8, 1.8],
  ['bytes to first result, g3 1x', 'ms', ({ loading }) => [loading.firstResult.median], 120, 120],
  ['runs until steady, g3 1x', 'count', ({ loading }) => [loading.steadyAfter], 20, 20],
  [
    'memory by weights and the two largest maps',
    'most',
    ({ networks }) => networks.map((each) => each.memoryShare),
    1.6,
    1.6,
  ],
];

const FORMS = {
  times: { text: (value) => value.toFixed(2), atMost: false },
  share: { text: (value) => `${(100 * value).toFixed(0)} %`, atMost: false },
  ms: { text: (value) => `${value.toFixed(0)} ms`, atMost: true },
  count: { text: (value) => `${value}`, atMost: true },
  most: { text: (value) => value.toFixed(2), atMost: true },
};

/** A table: the aim and what was reached, in each Node. */
export function acceptance(results) {
  const columns = results.flatMap(({ node }) => [`Node ${node}: aim`, 'reached', '']);
  const rows = AIMS.map(([what, form, found, plain, relaxed]) => [
    what,
    ...results.flatMap((result) => cells(FORMS[form], found(result), result.features.fma ? relaxed : plain)),
  ]);
  return markdownTable([{ title: 'against' }, ...columns.map((title) => ({ title, align: 'right' }))], rows);
}

function cells({ text, atMost }, values, aim) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const reached = atMost ? most <= aim : least >= aim;
  const range = text(least) === text(most) ? text(least) : `${text(least)} to ${text(most)}`;
  return [`${atMost ? '≤' : '≥'} ${text(aim)}`, range, reached ? 'yes' : 'no'];
}
