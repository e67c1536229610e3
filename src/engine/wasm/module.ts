// Functions to the bytes of a WebAssembly module: one imported memory, every function exported by its name.
import { ByteWriter } from './bytes.js';
import type { Code } from './code.js';

/** The memory that a module imports, in pages of 64 KiB. */
export interface ModuleMemory {
  readonly pages: number;
  /** Shared between threads; then the memory cannot grow. */
  readonly shared: boolean;
}

const I32 = 0x7f;
const HEADER = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const SECTIONS = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

/** The module of `functions`, which imports `engine.memory`. A function may call those that come before or after it. */
export function encodeModule(functions: readonly Code[], memory: ModuleMemory): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(1 << 16);
  out.append(HEADER);
  // One type for each number of parameters.
  const arities = [...new Set(functions.map((one) => one.parameters))];
  const indices = new Map(functions.map((one, index) => [one, index]));
  section(out, SECTIONS.type, arities, (to, arity) => {
    to.byte(0x60);
    to.unsigned(arity);
    for (let i = 0; i < arity; i++) to.byte(I32);
    to.unsigned(0);
  });
  section(out, SECTIONS.import, [memory], writeImport);
  section(out, SECTIONS.function, functions, (to, one) => to.unsigned(arities.indexOf(one.parameters)));
  section(out, SECTIONS.export, functions, (to, one) => {
    to.name(one.name);
    to.byte(0);
    to.unsigned(indices.get(one)!);
  });
  section(out, SECTIONS.code, functions, (to, one) => one.encode(to, (callee) => indexOf(indices, callee, one)));
  return out.view().slice();
}

function indexOf(indices: ReadonlyMap<Code, number>, callee: Code, caller: Code) {
  const index = indices.get(callee);
  if (index === undefined) throw new Error(`${caller.name} calls ${callee.name}, which is not in the module`);
  return index;
}

function writeImport(to: ByteWriter, { pages, shared }: ModuleMemory): void {
  to.name('engine');
  to.name('memory');
  to.byte(2);
  to.byte(shared ? 3 : 0);
  to.unsigned(pages);
  if (shared) to.unsigned(pages);
}

/** A section: its number, its length in bytes, and a list. */
function section<T>(out: ByteWriter, id: number, items: readonly T[], write: (to: ByteWriter, item: T) => void): void {
  const body = new ByteWriter(1024);
  body.unsigned(items.length);
  for (const item of items) write(body, item);
  out.byte(id);
  out.unsigned(body.length);
  out.append(body.view());
}
