// .safetensors files, written as the official serializer does: widest type first, then by name, header padded to 8
// bytes; so that every tensor is aligned, and the same tensors make the same bytes. Read first: safetensors.ts.
import { concatBytes, encodeText } from '../core/bytes.js';
import type { Tensor } from '../core/tensor.js';
import { dtypeOf, encodeElements, type StoredDtype } from './elements.js';
import { METADATA_KEY } from './safetensors.js';

/** The official order of types, `Dtype` in safetensors/src/tensor.rs, from the end: by alignment, then by kind. */
const CODES: readonly (readonly [StoredDtype, string])[] = [
  ['float64', 'F64'],
  ['float32', 'F32'],
  ['uint32', 'U32'],
  ['int32', 'I32'],
  ['uint16', 'U16'],
  ['int16', 'I16'],
  ['int8', 'I8'],
  ['uint8', 'U8'],
];

interface Part {
  name: string;
  nameBytes: Uint8Array;
  rank: number;
  shape: readonly number[];
  bytes: Uint8Array;
}

/**
 * A file with these tensors and this metadata (keys sorted; the official serializer has no order for them). Throws a
 * RangeError for two tensors of one name, and for a tensor named `__metadata__`.
 */
export function writeSafetensors(
  tensors: Iterable<readonly [string, Tensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const parts = Array.from(tensors, ([name, t]) => partOf(name, t)).sort(officialOrder);
  const taken = new Set([METADATA_KEY]);
  for (const { name } of parts) {
    if (taken.has(name)) throw new RangeError(`a safetensors file cannot hold another tensor named ${name}`);
    taken.add(name);
  }
  const header = headerBytes(parts, metadata);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return concatBytes([length, header, ...parts.map((part) => part.bytes)]);
}

function partOf(name: string, t: Tensor): Part {
  const dtype = dtypeOf(t);
  const rank = CODES.findIndex(([stored]) => stored === dtype);
  return { name, nameBytes: encodeText(name), rank, shape: t.shape, bytes: encodeElements(t) };
}

const officialOrder = (a: Part, b: Part): number => a.rank - b.rank || compareBytes(a.nameBytes, b.nameBytes);

/** Rust compares text by its UTF-8 bytes, JavaScript by UTF-16 units: they differ beyond U+FFFF. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

/** Written piece by piece: an object would move keys that look like numbers to the front. */
function headerBytes(parts: readonly Part[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const fields: string[] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) {
    const pairs = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
    fields.push(`"${METADATA_KEY}":{${pairs.join(',')}}`);
  }
  let start = 0;
  for (const { name, rank, shape, bytes } of parts) {
    const info = { dtype: CODES[rank]![1], shape, data_offsets: [start, start + bytes.length] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
    start += bytes.length;
  }
  const text = encodeText(`{${fields.join(',')}}`);
  const padding = new Uint8Array(-text.length & 7).fill(0x20);
  return concatBytes([text, padding]);
}
