// Protocol buffers against bytes from their specification (protobuf.dev/programming-guides/encoding), and damaged ones.
import { describe, expect, test } from 'vitest';
import { encodeMessage, type Fields, type MessageOf, many, one } from '../../src/export/onnx/protobuf.js';
import { decodeMessage } from '../../src/export/onnx/protobuf-read.js';
import { MalformedFileError } from '../../src/formats/errors.js';

const INNER = { a: one(1, 'integer') };
const FIELDS = {
  a: one(1, 'integer'),
  b: one(2, 'text'),
  c: one(3, INNER),
  d: many(4, 'integer'),
  e: one(5, 'float'),
  f: many(16, 'bytes'),
};

const hex = (text: string): Uint8Array => Uint8Array.from(text.split(' '), (byte) => Number.parseInt(byte, 16));

describe.each<[string, MessageOf<typeof FIELDS>, string]>([
  ['a number', { a: 150 }, '08 96 01'],
  ['zero', { a: 0 }, '08 00'],
  ['a negative number, which takes ten bytes', { a: -2 }, '08 fe ff ff ff ff ff ff ff ff 01'],
  ['a number beyond 32 bits', { a: 2 ** 35 }, '08 80 80 80 80 80 01'],
  ['text', { b: 'testing' }, '12 07 74 65 73 74 69 6e 67'],
  ['a message inside', { c: { a: 150 } }, '1a 03 08 96 01'],
  ['a list, each value with its key', { d: [1, 2] }, '20 01 20 02'],
  ['a float, little-endian', { e: 1.5 }, '2d 00 00 c0 3f'],
  ['a field number above 15, bytes, none among them', { f: [hex('ff'), new Uint8Array()] }, '82 01 01 ff 82 01 00'],
  ['fields in the order of the table', { b: 'x', a: 1 }, '08 01 12 01 78'],
])('%s', (_, message, bytes) => {
  test('is written', () => expect(encodeMessage(FIELDS, message)).toEqual(hex(bytes)));
  test('is read', () => expect(decodeMessage(FIELDS, hex(bytes))).toEqual(message));
});

test('nothing is an empty message', () => {
  expect(encodeMessage(FIELDS, {})).toEqual(new Uint8Array());
  expect(decodeMessage(FIELDS as Fields, new Uint8Array())).toEqual({});
});

test.each([
  ['a field that the table lacks', '30 01'],
  ['another wire type than the table says', '0d 00 00 00 00'],
  ['a number that ends too soon', '08 96'],
  ['a number of eleven bytes', '08 ff ff ff ff ff ff ff ff ff ff 01'],
  ['text that ends too soon', '12 07 74 65'],
  ['a length below zero', '12 ff ff ff ff ff ff ff ff ff 01'],
  ['a float that ends too soon', '2d 00 00 c0'],
  ['damage inside a message', '1a 02 30 01'],
  ['one value twice', '08 01 08 02'],
])('%s is refused', (_, bytes) => {
  expect(() => decodeMessage(FIELDS, hex(bytes))).toThrow(MalformedFileError);
});
