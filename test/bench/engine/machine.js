// What the numbers were measured on.
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** Processor, cores and memory. */
export function machine() {
  const [{ model = 'unknown' } = {}] = os.cpus();
  return {
    processor: model.trim(),
    cores: os.cpus().length,
    memory: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  };
}

/** Processes that want a core, on average over the last minute. */
export const load = () => os.loadavg()[0];

/** Versions of what is compared. */
export function packages() {
  const wanted = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).devDependencies;
  const versionOf = (name) => {
    const url = new URL(`../node_modules/${name}/package.json`, import.meta.url);
    return JSON.parse(readFileSync(url, 'utf8')).version;
  };
  return Object.fromEntries(Object.keys(wanted).map((name) => [name, versionOf(name)]));
}
