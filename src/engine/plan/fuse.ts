// Operations that run as one: a relu at the end of what gives its input, an addition as the start of a convolution's
// sums. Found by pattern on the operations alone. Read first: operations.ts, then places.ts.
import type { Doing, Operation } from './operations.js';

/**
 * The operations with relus and additions taken into others. A value named in `keep` stays a value of its own; the
 * others' values may be gone, or be other values than the layer's (`layer` is then false).
 */
export function fuse(operations: readonly Operation[], keep: ReadonlySet<string>): Operation[] {
  return intoParts(reluInto(residuals(operations, keep), keep));
}

/** How often each value is taken. */
export function timesTaken(operations: readonly Operation[]): Map<string, number> {
  const taken = new Map<string, number>();
  for (const operation of operations) {
    for (const name of allInputs(operation)) taken.set(name, (taken.get(name) ?? 0) + 1);
  }
  return taken;
}

/** The inputs, a convolution's residual among them. */
export function allInputs({ inputs, work }: Operation): readonly string[] {
  return work.kind === 'convolution' && work.residual !== undefined ? [...inputs, work.residual] : inputs;
}

/** An addition to a convolution that only it takes becomes that convolution's residual, where the addition stood. */
function residuals(operations: readonly Operation[], keep: ReadonlySet<string>): Operation[] {
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  const taken = timesTaken(operations);
  const gone = new Set<string>();
  const fused = operations.map((operation): Operation => {
    if (operation.work.kind !== 'add') return operation;
    const convolution = operation.inputs.flatMap((name) => addable(byName.get(name)!, taken, keep) ?? [])[0];
    if (convolution === undefined) return operation;
    gone.add(convolution.name);
    const residual = operation.inputs.find((name) => name !== convolution.name)!;
    const { inputs, work } = convolution;
    return { ...operation, inputs, work: { ...work, residual } };
  });
  return fused.filter(({ name }) => !gone.has(name));
}

/** The convolution whose value only an addition takes, and as it is. */
function addable(
  operation: Operation,
  taken: ReadonlyMap<string, number>,
  keep: ReadonlySet<string>,
): Doing<'convolution'> | undefined {
  const { name, work, relu } = operation;
  const alone = taken.get(name) === 1 && !keep.has(name) && !relu;
  return alone && work.kind === 'convolution' ? { ...operation, work } : undefined;
}

const RELUABLE = new Set(['convolution', 'depthwise', 'pool', 'global-pool', 'add']);

/** A relu becomes the end of what gives its input, and that gets the relu's name. */
function reluInto(operations: readonly Operation[], keep: ReadonlySet<string>): Operation[] {
  const taken = timesTaken(operations);
  const reluOf = new Map<string, Operation>();
  for (const operation of operations) if (operation.work.kind === 'relu') reluOf.set(operation.inputs[0]!, operation);
  const gone = new Set<string>();
  const fused = operations.map((operation): Operation => {
    const relu = reluOf.get(operation.name);
    const alone = relu !== undefined && taken.get(operation.name) === 1 && !keep.has(operation.name);
    if (!alone || !(RELUABLE.has(operation.work.kind) || operation.work.kind === 'concat')) return operation;
    if (operation.work.kind === 'concat' && !partsOf(operation, operations, taken, keep)) return operation;
    gone.add(relu.name);
    return { ...operation, name: relu.name, layer: relu.layer, relu: true };
  });
  return fused.filter(({ name, work }) => !(work.kind === 'relu' && gone.has(name)));
}

/** Whether each part of a concat can end in a relu of its own. */
function partsOf(
  concat: Operation,
  operations: readonly Operation[],
  taken: ReadonlyMap<string, number>,
  keep: ReadonlySet<string>,
): boolean {
  return concat.inputs.every((name) => {
    const part = operations.find((operation) => operation.name === name)!;
    return taken.get(name) === 1 && !keep.has(name) && RELUABLE.has(part.work.kind);
  });
}

/** A concat's relu becomes its parts', so that nothing is left to do once they stand in their places. */
function intoParts(operations: readonly Operation[]): Operation[] {
  const parts = new Set(operations.flatMap(({ work, relu, inputs }) => (work.kind === 'concat' && relu ? inputs : [])));
  return operations.map((operation) => {
    if (operation.work.kind === 'concat') return { ...operation, relu: false };
    return parts.has(operation.name) && !operation.relu ? { ...operation, relu: true, layer: false } : operation;
  });
}
