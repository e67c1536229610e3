// Parsed JSON from strangers, looked at one step at a time.

/** The value as an object with fields that may be anything; `undefined` for arrays, null and the rest. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
