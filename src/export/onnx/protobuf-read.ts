// Protocol buffers read back, by the tables that wrote them. What a table does not list is refused: the files are our
// own, so what differs is damage. Read first: protobuf.ts.
import { decodeText, viewOf } from '../../core/bytes.js';
import { MalformedFileError } from '../../formats/errors.js';
import { type Field, type Fields, type Kind, type MessageOf, wireOf } from './protobuf.js';

/** Bytes, and how many of them have been read. */
interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

/** The message in `bytes`, all of them. Throws a `MalformedFileError` where they are none of that kind. */
export function decodeMessage<M extends Fields>(fields: M, bytes: Uint8Array): MessageOf<M> {
  const byNumber = new Map(Object.entries(fields).map(([name, field]) => [field.number, { name, ...field }]));
  const message: Record<string, unknown> = {};
  const reader: Reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const key = readVarint(reader);
    const field = byNumber.get(Math.floor(key / 8));
    if (field === undefined || key % 8 !== wireOf(field.kind)) throw malformed(`the key ${key}`, 'a field of ONNX');
    addValue(message, field, readValue(reader, field.kind));
  }
  return message as MessageOf<M>;
}

function addValue(message: Record<string, unknown>, { name, many }: Field & { readonly name: string }, value: unknown) {
  if (many) {
    const values = (message[name] as unknown[] | undefined) ?? [];
    values.push(value);
    message[name] = values;
  } else if (message[name] === undefined) message[name] = value;
  else throw malformed(`${name} twice`, 'a field that is there once');
}

function readValue(reader: Reader, kind: Kind): unknown {
  if (kind === 'integer') return readVarint(reader);
  if (kind === 'float') return viewOf(take(reader, 4)).getFloat32(0, true);
  const bytes = take(reader, readVarint(reader));
  if (kind === 'bytes') return bytes;
  return kind === 'text' ? decodeText(bytes) : decodeMessage(kind, bytes);
}

/** A whole number of 64 bits with a sign, which may take ten bytes. */
function readVarint(reader: Reader): number {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = take(reader, 1)[0]!;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return Number(BigInt.asIntN(64, value));
  }
  throw malformed('a number of more than ten bytes', 'one of 64 bits');
}

function take(reader: Reader, length: number): Uint8Array {
  const end = reader.at + length;
  if (length < 0 || end > reader.bytes.length) {
    throw malformed(`${reader.bytes.length - reader.at} bytes`, `${length} bytes`);
  }
  const taken = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return taken;
}

function malformed(found: string, expected: string): MalformedFileError {
  return new MalformedFileError('The file is no ONNX model of ours.', 'its protocol buffers', found, expected);
}
