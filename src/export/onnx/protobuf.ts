// Protocol buffers, as far as ONNX needs them: messages by tables of fields, which both writing and reading follow.
// A library would bring a schema compiler or a parser of .proto files; the format itself is these few lines.
// Read first; then messages.ts.
import { bytesOf, concatBytes, encodeText } from '../../core/bytes.js';

/** What a field holds: a whole number (varint), a float32, UTF-8, bytes, or a message of these fields. */
export type Kind = 'integer' | 'float' | 'text' | 'bytes' | Fields;

/** A field of a message. */
export interface Field<K extends Kind = Kind, Many extends boolean = boolean> {
  readonly number: number;
  readonly kind: K;
  readonly many: Many;
}

/** A kind of message: its fields by name, in the order in which they are written. */
export interface Fields {
  readonly [name: string]: Field;
}

/** A field that is there once or not at all. */
export const one = <K extends Kind>(number: number, kind: K): Field<K, false> => ({ number, kind, many: false });

/** A field that is there any number of times. */
export const many = <K extends Kind>(number: number, kind: K): Field<K, true> => ({ number, kind, many: true });

/** One value of a field. */
type ValueOf<K> = K extends 'integer' | 'float'
  ? number
  : K extends 'text'
    ? string
    : K extends 'bytes'
      ? Uint8Array
      : MessageOf<K>;

/** A message as plain data: what `M` lists, each part of which may be left out. */
export type MessageOf<M> = {
  readonly [F in keyof M]?: M[F] extends Field<infer K, infer Many>
    ? Many extends true
      ? readonly ValueOf<K>[]
      : ValueOf<K>
    : never;
};

/** How a value lies in the bytes: as a varint, after its length, or in four bytes. */
export const WIRE = { varint: 0, sized: 2, fixed32: 5 } as const;

/** The wire type of values of that kind. */
export function wireOf(kind: Kind): number {
  if (kind === 'integer') return WIRE.varint;
  return kind === 'float' ? WIRE.fixed32 : WIRE.sized;
}

/** The message's bytes. The same message gives the same bytes: fields in the table's order, repeated ones unpacked. */
export function encodeMessage<M extends Fields>(fields: M, message: MessageOf<M>): Uint8Array<ArrayBuffer> {
  const given = message as Readonly<Record<string, unknown>>;
  return concatBytes(
    Object.entries(fields).flatMap(([name, { number, kind }]) =>
      valuesOf(given[name]).flatMap((value) => [varint(number * 8 + wireOf(kind)), ...encodeValue(kind, value)]),
    ),
  );
}

const valuesOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function encodeValue(kind: Kind, value: unknown): Uint8Array[] {
  if (kind === 'integer') return [varint(value as number)];
  if (kind === 'float') return [float32(value as number)];
  const bytes = encodeSized(kind, value);
  return [varint(bytes.length), bytes];
}

function encodeSized(kind: Exclude<Kind, 'integer' | 'float'>, value: unknown): Uint8Array {
  if (kind === 'text') return encodeText(value as string);
  return kind === 'bytes' ? (value as Uint8Array) : encodeMessage(kind, value as MessageOf<Fields>);
}

/** Seven bits a byte, the lowest first; a negative number as its 64 bits. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...bytes, Number(rest));
}

function float32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return bytesOf(view);
}
