// Where each value lies: which map in memory, and which of its channels. Slices and shuffles are other orders of the
// same channels; a concat is a map that its parts are written into. Read first: operations.ts, rulers.ts, stores.ts.
import { allInputs } from './fuse.js';
import type { Operation, Window, Work } from './operations.js';
import { cut, lay, stretch } from './rulers.js';
import { borderOf, inOrder, isWhole, newStore, root, type Store, union, type Value, whole } from './stores.js';

/** An operation that moves or computes data, with its places. Beside `Work`, the copies that places need. */
export interface Task {
  readonly name: string;
  readonly work: Exclude<Work, { kind: 'channels' | 'concat' | 'input' | 'softmax' }> | { readonly kind: 'gather' };
  readonly relu: boolean;
  readonly inputs: readonly Value[];
  readonly residual: Value | undefined;
  readonly output: Value;
}

/** Operations with their places. */
export interface Places {
  readonly tasks: readonly Task[];
  readonly values: ReadonlyMap<string, Value>;
  readonly input: Store;
  /** Copies that cost time, and why: where the patterns of ShuffleNet do not hold. */
  readonly notes: readonly string[];
}

/** Gives each operation's value a place. Values in `keep` stay after the run. */
export function place(operations: readonly Operation[], keep: ReadonlySet<string>): Places {
  const placer = new Placer();
  for (const operation of operations) {
    const value = placer.place(operation);
    if (keep.has(operation.name)) root(value.store).stays = true;
  }
  return placer.places();
}

/** Holds what has been placed so far. */
class Placer {
  readonly #tasks: Task[] = [];
  readonly #values = new Map<string, Value>();
  readonly #notes: string[] = [];
  #input: Store | undefined;

  places(): Places {
    return { tasks: this.#tasks, values: this.#values, input: this.#input!, notes: this.#notes };
  }

  place(operation: Operation): Value {
    const value = this.#valueOf(operation);
    this.#values.set(operation.name, value);
    return value;
  }

  #valueOf(operation: Operation): Value {
    const { name, work, shape } = operation;
    const [first] = operation.inputs.map((input) => this.#values.get(input)!);
    switch (work.kind) {
      case 'input':
        this.#input = newStore(shape, stretch(shape.channels), true);
        this.#input.stays = true;
        return whole(this.#input);
      case 'channels':
        return { store: first!.store, at: work.source.map((c) => first!.at[c]!) };
      case 'softmax':
        return first!;
      case 'concat':
        return this.#concat(operation);
      case 'convolution':
        return this.#convolution(operation, work);
      case 'add':
        return this.#add(operation);
      default: {
        const input = this.#inVectors(first!, name);
        return this.#task(operation, work, [input], { store: newStore(shape, input.store.channels), at: input.at });
      }
    }
  }

  #task(
    { name, relu }: Pick<Operation, 'name' | 'relu'>,
    work: Task['work'],
    inputs: readonly Value[],
    output: Value,
    residual?: Value,
  ): Value {
    this.#tasks.push({ name, work, relu, inputs, residual, output });
    return output;
  }

  /** Groups end at cuts: a vector of outputs belongs to one group. */
  #convolution(operation: Operation, work: Extract<Work, { kind: 'convolution' }>): Value {
    const { shape, name } = operation;
    const input = this.#bordered(this.#values.get(operation.inputs[0]!)!, work.window, name);
    const output = newStore(shape, stretch(shape.channels));
    for (let g = 1; g < work.groups; g++) cut(output.channels, (g * shape.channels) / work.groups);
    const added = work.residual === undefined ? undefined : this.#values.get(work.residual)!;
    return this.#task(operation, work, [input], whole(output), added && this.#alike(added, whole(output), name));
  }

  #add(operation: Operation): Value {
    const [first, second] = allInputs(operation).map((name) => this.#values.get(name)!);
    const left = this.#inVectors(first!, operation.name);
    const right = this.#alike(second!, left, operation.name);
    const output = { store: newStore(operation.shape, left.store.channels), at: left.at };
    return this.#task(operation, { kind: 'add' }, [left, right], output);
  }

  /** The parts become parts of one map. One that cannot be is copied into it. */
  #concat({ name, inputs, shape }: Operation): Value {
    const joined = newStore(shape, stretch(shape.channels));
    let from = 0;
    for (const input of inputs) {
      const part = this.#values.get(input)!;
      const length = part.at.length;
      cut(joined.channels, from);
      cut(joined.channels, from + length);
      if (!this.#putInto(part, joined, from)) {
        const copy = newStore(shape, stretch(length));
        this.#putInto(whole(copy), joined, from);
        this.#copy(part, whole(copy), name);
      }
      from += length;
    }
    return whole(joined);
  }

  #putInto(value: Value, joined: Store, from: number): boolean {
    const { store } = value;
    if (store.flat || store.within !== undefined || !inOrder(value)) return false;
    if (!lay(store.channels, joined.channels, from)) return false;
    store.within = { store: joined, from };
    joined.stays ||= store.stays;
    return true;
  }

  /** The value with its channels where `like` has them. */
  #alike(value: Value, like: Value, name: string): Value {
    const same = !value.store.flat && value.at.every((c, i) => c === like.at[i]) && isWhole(value);
    if (same && lay(like.store.channels, value.store.channels)) return value;
    return this.#copy(value, { store: newStore(value.store, like.store.channels), at: like.at }, name);
  }

  /** The value as all channels of a map of vectors. */
  #inVectors(value: Value, name: string): Value {
    if (!value.store.flat && isWhole(value)) return value;
    return this.#copy(value, whole(newStore(value.store, stretch(value.at.length))), name);
  }

  #copy(value: Value, copy: Value, name: string): Value {
    this.#notes.push(`${name}: its input is copied`);
    return this.#task({ name: `${name} (copy)`, relu: false }, { kind: 'gather' }, [value], copy);
  }

  /** The value with as many zeros around as the window reaches out. */
  #bordered(value: Value, window: Window, name: string): Value {
    const need = borderOf(value.store, window);
    if (Object.values(need).every((cells) => cells === 0)) return value;
    if (value.store.flat) {
      value.store.border = union(value.store.border, need);
      return value;
    }
    const copy = newStore(value.store, stretch(value.at.length), true);
    copy.border = need;
    copy.stays = true;
    return this.#copy(value, whole(copy), name);
  }
}
