// Results as tables, on the terminal and between the markers of docs/performance.md. Read first: measure.js.

import { markdownTable } from '../../../dist/report/table.js';
import { acceptance } from './acceptance.js';

const [BEGIN, END] = ['<!-- bench: written by npm run bench:engine -->', '<!-- /bench -->'];

/** Processes that wanted a core beside ours: more than this, and numbers are of a busy machine. */
const BUSY = 1.5;

/** The page with these results in place of those that were there. */
export function documented(text, results) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/performance.md lacks ${BEGIN} or ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${tables(results)}\n\n${text.slice(end)}`;
}

/** All tables. */
export function tables(results) {
  return [
    machineLines(results),
    section('Against the aims', acceptance(results)),
    ...results.map((result) => ofNode(result)),
  ].join('\n\n');
}

function machineLines(results) {
  const [{ machine, packages, date }] = results;
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${date}: ${machine.processor}, ${machine.cores} cores, ${(machine.memory / 2 ** 30).toFixed(0)} GiB, ${machine.system}.`,
    `${versions.join(', ')}.`,
    ...results.map(nodeLine),
    ...(results.some(isBusy)
      ? [
          '**The machine was busy: others wanted its cores, and these numbers are worth less than those of a quiet one.**',
        ]
      : []),
  ].join('\n');
}

const isBusy = ({ load }) => load.start > BUSY || load.end > BUSY + 0.5;

function nodeLine({ node, v8, features, runs, load, seconds }) {
  const barriers = `${features.barriers ? 'with' : 'without'} barriers (${features.measured ? 'as measured at load' : 'as told'})`;
  return `Node ${node} (V8 ${v8}): ${features.fma ? 'relaxed FMA' : 'no relaxed SIMD'}, ${barriers}; ${runs} runs of each; load average ${load.start.toFixed(1)} at the start, ${load.end.toFixed(1)} at the end, ${seconds} s.`;
}

const section = (title, ...parts) => [`### ${title}`, ...parts].join('\n\n');

const right = (...titles) => titles.map((title) => ({ title, align: 'right' }));

const nameOf = ({ groups, scaleFactor }) => `g${groups} ${scaleFactor}x`;

const ms = (time) => `${time.least.toFixed(2)} / ${time.median.toFixed(2)}`;

const percent = (share) => `${(100 * share).toFixed(0)} %`;

function ofNode({ node, networks, threads, loading, handMade, headline }) {
  return [
    section(
      `Node ${node}: one thread`,
      'Milliseconds an image, least / median, and in brackets the median of the ratios to the engine within rounds: above 1, the engine is faster.',
      runnerTable(networks),
      'The engine: its speed, and what share that is of the peak that one thread reached in registers in the same rounds.',
      shareTable(networks),
    ),
    section(`Node ${node}: threads, loading, headline`, ...lines({ threads, loading, headline })),
    ...(handMade.length === 0
      ? []
      : [section(`Node ${node}: our exports beside graphs of others, in the same runtime`, handMadeTable(handMade))]),
  ].join('\n\n');
}

function runnerTable(networks) {
  const [, ...peers] = networks[0].runners;
  const rows = networks.map((network) => {
    const [own, ...others] = network.runners;
    return [nameOf(network), ms(own.time), ...others.map(({ time, ratio }) => `${ms(time)} (${ratio.toFixed(2)})`)];
  });
  return markdownTable([{ title: 'network' }, ...right('engine', ...peers.map(({ name }) => name))], rows);
}

const KINDS = ['grouped', 'convolution', 'depthwise', 'pool', 'dense'];

function shareTable(networks) {
  const rows = networks.map(({ peak, share, kinds, engine, memoryShare, ...network }) => {
    const shares = KINDS.map((kind) => {
      const { share: own, time } = kinds.find((each) => each.kind === kind);
      return own === null ? `${time.least.toFixed(2)} ms` : `${percent(own)}, ${time.least.toFixed(2)} ms`;
    });
    const { bytes } = engine.memory;
    const size = `${(bytes / 2 ** 20).toFixed(1)} MiB (${memoryShare.toFixed(2)})`;
    return [
      nameOf(network),
      `${network.runners[0].gmacs.toFixed(1)}`,
      `${peak.best.toFixed(1)}`,
      percent(share),
      ...shares,
      size,
    ];
  });
  return markdownTable([{ title: 'network' }, ...right('GMAC/s', 'peak', 'share', ...KINDS, 'memory *')], rows);
}

function lines({ threads, loading, headline }) {
  const { macs } = headline;
  return [
    `Two threads, g3 1x, four images in a row: ${ms(threads.one)} ms an image with one, ${ms(threads.two)} ms with two; ${threads.speedUp.toFixed(2)} times (median within rounds), ${threads.bestSpeedUp.toFixed(2)} times at the least times.`,
    `Loading, g3 1x from the bytes of a .safetensors file in a new process, \`shuffleport/runtime\`: ready after ${ms(loading.loaded)} ms, first result after ${ms(loading.firstResult)} ms, steady after ${loading.steadyAfter} runs.`,
    `AlexNet (${(macs.alexnet / 1e6).toFixed(0)} million multiply-adds) beside g3 0.5x (${(macs.shufflenet / 1e6).toFixed(0)} million), in ${headline.runtime}: ${ms(headline.alexnet)} and ${ms(headline.shufflenet)} ms, **${headline.ratio.toFixed(1)} times** (the article: 13 times on a phone, 18 in theory); in the engine ${ms(headline.engine)} ms, ${headline.engineRatio.toFixed(1)} times.`,
  ];
}

function handMadeTable(rows) {
  return markdownTable(
    [{ title: 'graph' }, { title: 'runtime' }, ...right('our export', 'that graph', 'ratio')],
    rows.map(({ name, runtime, ours, theirs, ratio }) => [name, runtime, ms(ours), ms(theirs), ratio.toFixed(2)]),
  );
}
