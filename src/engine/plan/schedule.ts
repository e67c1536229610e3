// In which order rows are computed: task after task, or, where a map is too large for the cache, both tasks around it
// some rows at a time. Read first: places.ts.
import type { Task } from './places.js';
import { borderOf, root, type Store } from './stores.js';

/** Tasks that run together, some rows of the last one's output at a time. */
export interface Chain {
  readonly tasks: readonly Task[];
  /** Rows of the last task's output in one turn. */
  readonly rows: number;
}

/**
 * A map of more bytes is not written as a whole before it is read. Half of the 512 kB that a core's second cache holds:
 * conv1's map (1.2 MB at 224 x 224) is thus read by the pooling from the cache.
 */
const MOST_BYTES = 256 * 1024;

/** Bytes of a map that are written before they are read, where it is larger. */
const BAND_BYTES = 96 * 1024;

/** The tasks in chains. */
export function schedule(tasks: readonly Task[]): Chain[] {
  const readers = countReaders(tasks);
  const chains: Task[][] = [];
  for (const task of tasks) {
    const chain = chains.at(-1);
    const before = chain?.at(-1);
    if (before !== undefined && canFollow(task, before, readers)) chain!.push(task);
    else chains.push([task]);
  }
  return chains.map((chain) => ({ tasks: chain, rows: bandRows(chain) }));
}

function canFollow(task: Task, before: Task, readers: ReadonlyMap<Store, number>): boolean {
  const { store } = before.output;
  const alone = store.within === undefined && !store.stays && readers.get(store) === 1;
  const reads = task.inputs[0]!.store === store && task.residual?.store !== store;
  return alone && reads && task.work.kind !== 'global-pool' && unpaddedBytes(store) > MOST_BYTES;
}

/** Bytes of a map, less what it is padded by. */
const unpaddedBytes = (store: Store): number => 4 * store.height * store.width * store.channels.length;

function countReaders(tasks: readonly Task[]): Map<Store, number> {
  const readers = new Map<Store, number>();
  for (const task of tasks) {
    for (const store of readsOf(task)) readers.set(store, (readers.get(store) ?? 0) + 1);
  }
  return readers;
}

/** The maps in memory that a task reads. */
export function readsOf({ inputs, residual }: Task): Set<Store> {
  return new Set([...inputs, ...(residual === undefined ? [] : [residual])].map(({ store }) => root(store)));
}

function bandRows(chain: readonly Task[]): number {
  const height = chain.at(-1)!.output.store.height;
  if (chain.length === 1) return height;
  const shares = chain.slice(0, -1).map(({ output: { store } }) => {
    return Math.floor((BAND_BYTES / unpaddedBytes(store)) * height);
  });
  return Math.max(1, Math.min(height, ...shares));
}

/** Rows of the input that rows `[from, to)` of a task's output need. */
export function inputRows({ work, inputs }: Task, from: number, to: number): [number, number] {
  const { height } = inputs[0]!.store;
  if (work.kind === 'global-pool') return [0, height];
  if (!('window' in work)) return [from, to];
  const { size, strides } = work.window;
  const { top } = borderOf(inputs[0]!.store, work.window);
  const first = from * strides[0] - top;
  return [Math.max(0, first), Math.min(height, (to - 1) * strides[0] - top + size[0])];
}
