// What machine this is, and the figures in docs/performance.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { version } from './peers.js';

const DOCUMENT = new URL('../../docs/performance.md', import.meta.url);

/** What the times depend on. */
export function machine() {
  return {
    node: process.version,
    cpu: cpus()[0].model,
    cores: cpus().length,
    load: loadavg()[0],
    packages: ['onnxruntime-web', 'onnxruntime-node', '@tensorflow/tfjs-backend-wasm'].map((name) => [
      name,
      version(name),
    ]),
  };
}

/** Puts the figures between this version's marks. */
export function writeFigures(result) {
  const major = process.version.slice(1).split('.')[0];
  const [begin, end] = [`<!-- node ${major} -->`, `<!-- end of node ${major} -->`];
  const text = readFileSync(DOCUMENT, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no place for Node ${major}: ${begin} … ${end}`);
  writeFileSync(DOCUMENT, `${text.slice(0, from + begin.length)}\n\n${figures(result)}\n${text.slice(to)}`);
}

function figures({ node, cpu, cores, load, loadAtTheEnd, packages, rounds, networks, headline }) {
  const versions = packages.map(([name, found]) => `${name} ${found}`).join(', ');
  const told = `Node ${node.slice(1)}, ${cpu}, ${cores} cores, load ${load.toFixed(1)} at the beginning and ${loadAtTheEnd.toFixed(1)} at the end. ${versions}. ${rounds} rounds.`;
  return [told, '', ...[...networks, headline].flatMap(table)].join('\n');
}

function table({ title, rows }) {
  const lines = rows.map(
    ({ name, least, median, ratio }) =>
      `| ${name} | ${least.toFixed(2)} | ${median.toFixed(2)} | ${ratio.toFixed(2)} |`,
  );
  return [`| ${title} | least, ms | median, ms | times the first |`, '|---|---|---|---|', ...lines, ''];
}
