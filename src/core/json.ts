// Parsed JSON from strangers, looked at one step at a time.

/** Deepest nesting read: models hold models, and each takes six levels; what walks or copies deeper JSON runs out of stack. */
export const MAX_JSON_DEPTH = 512;

/** JSON from a file. Throws a `SyntaxError`, also where it is nested too deep. */
export function parseJson(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_JSON_DEPTH) throw new SyntaxError(`it is nested more than ${MAX_JSON_DEPTH} levels deep`);
    level = level.flatMap(childrenOf);
  }
  return value;
}

const childrenOf = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];

/** The value as an object with fields that may be anything; `undefined` for arrays, null and the rest. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
