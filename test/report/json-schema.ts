// The part of JSON Schema (draft 2020-12) that the shipped schemas use, and no more: a keyword it does not know is an
// error, so that nothing in a schema goes unchecked.

type Json = Readonly<Record<string, unknown>>;

const KEYWORDS = new Set([
  ...['$schema', 'title', 'description', '$defs', '$ref', 'anyOf', 'const', 'enum', 'type', 'required', 'properties'],
  ...['items', 'minimum', 'maximum', 'pattern'],
]);

/** What is wrong with `value`: a line a fault. Fields that the schema does not name are faults too. */
export function faultsOf(value: unknown, schema: Json, root: Json = schema, at = ''): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !KEYWORDS.has(keyword));
  if (unknown.length > 0) throw new Error(`keywords that are not checked: ${unknown.join(', ')}`);
  if (typeof schema.$ref === 'string') return faultsOf(value, resolved(schema.$ref, root), root, at);
  return [...scalarFaults(value, schema, at), ...innerFaults(value, schema, root, at)];
}

function resolved(ref: string, root: Json): Json {
  const found = (root.$defs as Record<string, Json>)[ref.replace('#/$defs/', '')];
  if (found === undefined) throw new Error(`no such definition: ${ref}`);
  return found;
}

function scalarFaults(value: unknown, schema: Json, at: string): string[] {
  const { type, const: only, enum: options, minimum, maximum, pattern } = schema as Record<string, never>;
  const wrong =
    (type !== undefined && !isType(value, type)) ||
    (only !== undefined && value !== only) ||
    (options !== undefined && !(options as unknown[]).includes(value)) ||
    (minimum !== undefined && (value as number) < minimum) ||
    (maximum !== undefined && (value as number) > maximum) ||
    (pattern !== undefined && !new RegExp(pattern).test(value as string));
  return wrong ? [`${at}: ${JSON.stringify(value)}`] : [];
}

function isType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function innerFaults(value: unknown, schema: Json, root: Json, at: string): string[] {
  const options = schema.anyOf as Json[] | undefined;
  const choices = options?.map((option) => faultsOf(value, option, root, at)) ?? [[]];
  const items = schema.items as Json | undefined;
  return [
    // Of alternatives, the one that fits best is the one that was meant.
    ...choices.reduce((best, next) => (next.length < best.length ? next : best)),
    ...(items === undefined || !Array.isArray(value)
      ? []
      : value.flatMap((item, i) => faultsOf(item, items, root, `${at}/${i}`))),
    ...fieldFaults(value, schema, root, at),
  ];
}

function fieldFaults(value: unknown, schema: Json, root: Json, at: string): string[] {
  const properties = schema.properties as Record<string, Json> | undefined;
  if (properties === undefined || !isType(value, 'object')) return [];
  const fields = value as Json;
  return [
    ...((schema.required as string[] | undefined) ?? [])
      .filter((key) => !(key in fields))
      .map((key) => `${at}/${key}: missing`),
    ...Object.entries(fields).flatMap(([key, field]) =>
      properties[key] === undefined
        ? [`${at}/${key}: not in the schema`]
        : faultsOf(field, properties[key], root, `${at}/${key}`),
    ),
  ];
}
