// What the numbers were measured on.
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';

/** Processor, cores and memory. */
export function machine() {
  const [{ model = 'unknown' } = {}] = os.cpus();
  return {
    processor: `${model.trim()}${vectors()}`,
    cores: os.cpus().length,
    memory: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  };
}

/** The widest vectors that native code can use, where the system tells: WebAssembly has 128 bits on all of them. */
function vectors() {
  if (!existsSync('/proc/cpuinfo')) return '';
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' ') ?? [];
  if (flags.includes('avx512f')) return ' (AVX-512)';
  return flags.includes('avx2') ? ' (AVX2)' : '';
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
