// What the thread that parses and its caller say to each other, and how errors travel: structured cloning would strip
// them of class and fields. Read parser.ts first.
import type { Checkpoint, CheckpointLayer, CheckpointWeight } from '../checkpoint/checkpoint.js';
import * as checkpointErrors from '../checkpoint/errors.js';
import { isShuffleportError, type ShuffleportError } from '../core/errors.js';
import type { TensorData } from '../core/tensor.js';
import * as formatErrors from '../formats/errors.js';
import * as nodeErrors from './errors.js';

/** What the caller asks for; every question gets one answer with its number. */
export type Question =
  | {
      readonly ask: 'open';
      readonly name: string;
      readonly bytes: Uint8Array;
      readonly hasSiblings: boolean;
    }
  /** The weight's place in the checkpoint's lists. */
  | { readonly ask: 'read'; readonly layer: number; readonly weight: number }
  | { readonly ask: 'close' };

/** To the thread: a question, or the sibling file it asked for. */
export type ToThread =
  | { readonly id: number; readonly question: Question }
  | { readonly sibling: number; readonly file: { readonly name: string; readonly bytes: Uint8Array } | ErrorData };

/** From the thread: an answer, or its wish for a file in the same place. */
export type FromThread =
  | { readonly id: number; readonly answer: OpenedData | TensorParts | null }
  | { readonly id: number; readonly error: ErrorData }
  | { readonly sibling: number; readonly name: string };

/** A checkpoint without its functions. */
export interface OpenedData extends Omit<Checkpoint, 'layers' | 'close'> {
  readonly layers: readonly LayerData[];
}

interface LayerData extends Omit<CheckpointLayer, 'weights'> {
  readonly weights: readonly WeightData[];
}

interface WeightData extends Omit<CheckpointWeight, 'read' | 'fault'> {
  readonly fault?: ErrorData;
}

/** A tensor's values and shape; they are always row-major here. */
export interface TensorParts {
  readonly data: TensorData;
  readonly shape: readonly number[];
}

/** An error as plain data: the name of its class, and its own fields. */
export interface ErrorData {
  readonly error: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A checkpoint as data. */
export function describeCheckpoint({ close: _, layers, ...facts }: Checkpoint): OpenedData {
  return {
    ...facts,
    layers: layers.map((layer) => ({
      ...layer,
      weights: layer.weights.map(({ read: _, fault, ...weight }) => ({
        ...weight,
        ...(fault !== undefined && { fault: errorData(fault) }),
      })),
    })),
  };
}

/** An error as data: one of ours with all its fields, any other with name and message. */
export function errorData(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { error: 'Error', message: String(error), stack: undefined, fields: {} };
  const { name, message, stack } = error;
  // A field that is no plain data (a cause's WebAssembly exception) must not keep the rest from arriving.
  const fields = isShuffleportError(error) ? JSON.parse(JSON.stringify({ ...error })) : {};
  return { error: name, message, stack, fields };
}

/** The classes that the readers throw, by name. */
const CLASSES = new Map(
  Object.entries({ ...formatErrors, ...checkpointErrors, ...nodeErrors }).filter(
    (entry): entry is [string, { prototype: object } & (typeof entry)[1]] => 'prototype' in entry[1],
  ),
);

/** The error that was sent: of its own class, with its own fields. One of no known class is a fault of ours. */
export function errorOf({ error: name, message, stack, fields }: ErrorData): Error {
  const revived = new Error(message);
  const known = CLASSES.get(name);
  if (known !== undefined) Object.setPrototypeOf(revived, known.prototype);
  if (stack !== undefined) revived.stack = stack;
  return Object.assign(revived, fields, { name });
}

/** The same, where only one of ours can have been sent. */
export const faultOf = (data: ErrorData): ShuffleportError => errorOf(data) as ShuffleportError;
