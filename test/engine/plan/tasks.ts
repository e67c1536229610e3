// Tasks out of nothing but their maps, for what is planned with them.
import type { Window } from '../../../src/engine/plan/operations.js';
import type { Task } from '../../../src/engine/plan/places.js';
import { stretch } from '../../../src/engine/plan/rulers.js';
import { newStore, type Store, whole } from '../../../src/engine/plan/stores.js';

/** A map of its own. */
export const map = (height: number, width: number, channels: number): Store =>
  newStore({ height, width }, stretch(channels));

/** Relu from map to map. */
export const relu = (from: Store, to: Store): Task => taskOf('relu', { kind: 'relu' }, from, to);

/** A maximum under a window. */
export const pool = (from: Store, to: Store, window: Window): Task =>
  taskOf('pool', { kind: 'pool', of: 'max', window }, from, to);

/** A maximum over all pixels. */
export const globalPool = (from: Store, to: Store): Task =>
  taskOf('global', { kind: 'global-pool', of: 'max' }, from, to);

function taskOf(name: string, work: Task['work'], from: Store, to: Store): Task {
  return { name, work, relu: false, inputs: [whole(from)], residual: undefined, output: whole(to) };
}
