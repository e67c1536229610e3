// Any result as JSON: one object, its schema named and versioned in it. docs/json.md describes the fields.

/** What a result is an answer to. */
export type Command =
  | 'inspect'
  | 'convert'
  | 'verify'
  | 'predict'
  | 'bench'
  | 'diff'
  | 'make-reference'
  | 'port'
  | 'self-check'
  | 'self-test';

/** Version of every schema; raised when a field changes its meaning or goes. Fields may be added without. */
export const SCHEMA_VERSION = 1;

/** The result as JSON text. Numbers that JSON lacks (NaN, infinities) become strings, so that none turns into null. */
export function toJson(command: Command | 'error', result: object): string {
  const tagged = { schema: `shuffleport/${command}`, schemaVersion: SCHEMA_VERSION, ...result };
  const special = (_: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return JSON.stringify(tagged, special, 2);
}
