import { describe, expect, test } from 'vitest';
import { decodeText, encodeText, viewOf } from '../../src/core/bytes.js';
import { readZip } from '../../src/formats/zip.js';
import { writeZip } from '../../src/formats/zip-write.js';
import { expectNoCrash, expectPrefixesRefused, golden, goldenJson, thrownBy } from './golden.js';

const expected = goldenJson<Record<string, string>>('zip/expected.json');
const read = (bytes: Uint8Array) => readZip(bytes, 'x.zip');
const readAll = (bytes: Uint8Array) => read(bytes).map((entry) => entry.read());

/** A golden archive with one byte, counted from `at`, changed. */
function changed(name: string, at: (view: DataView) => number, value: number): Uint8Array {
  const bytes = golden(`zip/${name}.zip`);
  bytes[at(viewOf(bytes))] = value;
  return bytes;
}

/** Where the directory of an archive without comment begins. */
const directory = (view: DataView): number => view.getUint32(view.byteLength - 6, true);

describe('readZip', () => {
  test.each(['stored', 'deflated', 'zip64-local', 'zip64-end', 'streamed', 'comment'])(
    "reads what Python's zipfile wrote: %s",
    (name) => {
      const entries = read(golden(`zip/${name}.zip`));
      const found = Object.fromEntries(entries.map((entry) => [entry.name, decodeText(entry.read())]));
      expect(found).toEqual(expected);
      expect(entries.map((entry) => entry.size)).toEqual([24, 600, 0]);
    },
  );

  test('reads an archive without members, which has only an end record', () => {
    expect(read(golden('zip/no-members.zip'))).toEqual([]);
  });

  test.each(['stored', 'deflated'])('reads the first bytes of a member alone: %s', (name) => {
    const entry = read(golden(`zip/${name}.zip`)).find((member) => member.name === 'config.json')!;
    expect(decodeText(entry.head(5))).toBe('{}{}{');
    expect(entry.head(10_000)).toHaveLength(600);
  });
});

describe('readZip refuses', () => {
  test.each([
    ['bzip2', 12],
    ['lzma', 14],
  ])('other compression, by name: %s', (name, method) => {
    const error = thrownBy(() => read(golden(`zip/refused/${name}.zip`)));
    expect(error).toMatchObject({ tag: 'UnsupportedCompression', method });
    expect(error.message.toLowerCase()).toContain(name);
  });

  test('encrypted members', () => {
    const bytes = changed('stored', (view) => directory(view) + 8, 1);
    expect(thrownBy(() => read(bytes)).tag).toBe('EncryptedMember');
  });

  test('every proper prefix of an archive', () => {
    for (const name of ['stored', 'deflated', 'zip64-end', 'streamed', 'no-members']) {
      expectPrefixesRefused(golden(`zip/${name}.zip`), readAll);
    }
  });

  test('bytes after the end record', () => {
    expect(thrownBy(() => read(Uint8Array.of(...golden('zip/stored.zip'), 0))).tag).toBe('TrailingBytes');
  });

  test('data that is not what was stored', () => {
    const bytes = changed('stored', () => 30 + 'metadata.json'.length + 2, 0x58);
    const entries = read(bytes);
    expect(thrownBy(() => entries[0]!.read()).tag).toBe('Checksum');
    expect(decodeText(entries[2]!.read())).toBe('');
  });

  test('compressed data that makes more, or fewer, bytes than declared', () => {
    for (const size of [599, 601]) {
      const bytes = golden('zip/deflated.zip');
      const view = viewOf(bytes);
      const record = directory(view) + 46 + 'metadata.json'.length;
      view.setUint16(record + 24, size, true);
      view.setUint16(view.getUint32(record + 42, true) + 22, size, true);
      const error = thrownBy(() => readAll(bytes));
      expect(error.tag).toBe('Inflate');
      expect(error.explanation.expected).toBe(`${size} bytes`);
    }
  });

  test.each([
    ['name', 30],
    ['compression method', 8],
    ['set of flags', 6],
    ['checksum', 14],
    ['size', 18],
    ['size', 22],
  ])('a member that disagrees with the directory about its %s', (part, offset) => {
    const error = thrownBy(() => read(changed('stored', () => offset, 8)));
    expect(error.tag).toBe('MalformedFile');
    expect(error.message).toContain(`another ${part}`);
  });

  test('two members of one name', () => {
    const bytes = writeZip([
      { name: 'a', bytes: encodeText('1') },
      { name: 'b', bytes: encodeText('2') },
    ]);
    const view = viewOf(bytes);
    const second = directory(view) + 46 + 1;
    bytes[second + 46] = 0x61;
    bytes[view.getUint32(second + 42, true) + 30] = 0x61;
    expect(thrownBy(() => read(bytes))).toMatchObject({ tag: 'DuplicateName', duplicate: 'a' });
  });

  test('two members that share bytes', () => {
    const bytes = writeZip([
      { name: 'a', bytes: encodeText('xyz') },
      { name: 'b', bytes: encodeText('2') },
    ]);
    // The first member is made to reach the directory, in both places that give its size.
    const view = viewOf(bytes);
    const record = directory(view);
    const reach = record - (30 + 1 + 20);
    for (const at of [record + 20, record + 24, 30 + 1 + 4, 30 + 1 + 12]) view.setUint32(at, reach, true);
    expect(thrownBy(() => read(bytes)).message).toContain('overlap');
  });

  test.each([
    ['more members than allowed', { entries: 2 }],
    ['a member larger than allowed', { entryBytes: 599 }],
    ['an archive that inflates to more than allowed', { ratio: 1, freeBytes: 500 }],
  ])('%s', (_, limits) => {
    expect(thrownBy(() => readZip(golden('zip/deflated.zip'), 'x.zip', limits)).tag).toBe('FileLimit');
  });

  test('nothing within the limits', () => {
    const limits = { entries: 3, entryBytes: 600, ratio: 0, freeBytes: 624 };
    expect(readZip(golden('zip/deflated.zip'), 'x.zip', limits)).toHaveLength(3);
  });

  test('a zip64 end record that disagrees with the short one', () => {
    const bytes = changed('zip64-end', (view) => view.byteLength - 22 + 10, 4);
    bytes[bytes.length - 22 + 11] = 0;
    expect(thrownBy(() => read(bytes)).message).toContain('end records of the archive disagree');
  });

  test('a zip64 end record that is not before its locator', () => {
    for (const [back, value] of [
      [42 - 8, 0],
      [42 + 56 - 4, 45],
    ] as const) {
      const bytes = changed('zip64-end', (view) => view.byteLength - back, value);
      expect(thrownBy(() => read(bytes)).message).toContain('not where its locator says');
    }
  });

  test('one part of an archive in several', () => {
    expect(thrownBy(() => read(changed('stored', (view) => view.byteLength - 22 + 4, 1))).message).toContain(
      'one part',
    );
  });

  test('what is not an archive, whatever bytes were changed, without a crash', () => {
    for (const name of ['deflated', 'zip64-end', 'zip64-local']) expectNoCrash(golden(`zip/${name}.zip`), readAll);
  });
});

describe('writeZip', () => {
  const members = [
    { name: 'größe', bytes: encodeText('abc') },
    { name: 'a/b', bytes: new Uint8Array(0) },
  ];

  test('what is written is read again', () => {
    const entries = read(writeZip(members));
    expect(entries.map((entry) => [entry.name, entry.read()])).toEqual(members.map(({ name, bytes }) => [name, bytes]));
  });

  test('refuses two members of one name', () => {
    expect(() => writeZip([...members, ...members])).toThrow(RangeError);
  });

  test('refuses more members than a directory counts', () => {
    const many = Array.from({ length: 65_536 }, (_, i) => ({ name: `${i}`, bytes: new Uint8Array(0) }));
    expect(() => writeZip(many)).toThrow(RangeError);
  });
});
