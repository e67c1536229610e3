// The base of every error a caller may meet: tagged, with typed fields, and a message that explains itself.
// Each room declares its own classes, one a cause, next to the code that throws them.

/** Whose turn it is: `usage` and `undecided` are answered by the caller, `file` by whoever made the file. */
export type ErrorKind = 'usage' | 'undecided' | 'file';

/** What a message tells, in this order; what does not apply is left out. */
export interface Explanation {
  /** What is wrong, as a sentence. Where the article or Keras had a sentence for it, this begins with that one. */
  readonly what: string;
  /** Where: file, layer, weight. */
  readonly where?: string | undefined;
  readonly found?: string | undefined;
  readonly expected?: string | undefined;
  /** What to do next. */
  readonly next?: string | undefined;
}

/** What to do next about a file that is damaged, in whatever way. */
export const SAVE_AGAIN = 'save the weights again from the trained model, or copy the file again from its source';

/** The explanation as text, one line a part. */
export function explain(explanation: Explanation): string {
  const { what, ...parts } = explanation;
  const lines = (['where', 'found', 'expected', 'next'] as const)
    .filter((part) => parts[part] !== undefined)
    .map((part) => `  ${`${part}:`.padEnd(10)}${indent(parts[part]!)}`);
  return [what, ...lines].join('\n');
}

const indent = (text: string): string => text.replaceAll('\n', `\n${' '.repeat(12)}`);

/** Base of every error thrown on purpose. Anything else that escapes is a fault of ours. */
export abstract class ShuffleportError extends Error {
  /** The cause, as a stable identifier: the class's name without `Error`. */
  abstract readonly tag: string;
  abstract readonly kind: ErrorKind;
  /** The parts of the message, for reports that lay them out themselves. */
  readonly explanation: Explanation;

  constructor(explanation: Explanation, options?: ErrorOptions) {
    super(explain(explanation), options);
    this.explanation = explanation;
    this.name = new.target.name;
  }
}

/** Whether `error` is one of ours, and, with `tag`, whether it is that cause. */
export function isShuffleportError(error: unknown, tag?: string): error is ShuffleportError {
  return error instanceof ShuffleportError && (tag === undefined || error.tag === tag);
}

/** A setting, flag or argument that cannot be used as given. */
export class UsageError extends ShuffleportError {
  readonly tag: string = 'Usage';
  readonly kind = 'usage';
}

/** A question that only the user can answer: the file does not say, and a guess would be a quiet one. */
export class UndecidedError extends ShuffleportError {
  readonly tag = 'Undecided';
  readonly kind = 'undecided';
  /** The option that answers it, as the command line spells it: `--pooling`. */
  readonly option: string;

  constructor(option: string, explanation: Explanation) {
    super(explanation);
    this.option = option;
  }
}
