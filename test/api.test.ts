// The public faces, frozen: what `shuffleport` and its other entries export, with kinds and types.
// Read first: test/helpers/public-types.ts, which prints them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Program } from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile, publicTypes } from './helpers/public-types.js';

const root = join(import.meta.dirname, '..');
const FACES = ['index', 'node', 'runtime', 'vitest', 'jest'];
const CHANGED =
  'The public types are not those in test/snapshots. If the change is meant, run ' +
  '`npx vitest run test/api.test.ts --update`, look at the difference, and say it in CHANGELOG.md.';

describe('the public types', () => {
  const files = FACES.map((face) => join(root, 'src', `${face}.ts`));
  let program: Program;
  beforeAll(() => {
    program = compile(files, root);
  });

  test.each(FACES)('of src/%s.ts are those that were agreed', async (face) => {
    const text = publicTypes(program, join(root, 'src', `${face}.ts`));
    await expect(text, CHANGED).toMatchFileSnapshot(`snapshots/api-${face}.txt`);
  });

  test.each(FACES)('of src/%s.ts are all known: none is any, none names a file', (face) => {
    const text = publicTypes(program, join(root, 'src', `${face}.ts`));
    expect(text).not.toMatch(/\bany\b/);
    expect(text).not.toContain('import(');
  });
});

describe('publicTypes', () => {
  const base = mkdtempSync(join(tmpdir(), 'shuffleport-api-'));
  writeFileSync(join(base, 'package.json'), '{ "type": "module" }');
  afterAll(() => rmSync(base, { recursive: true }));

  const written = (name: string, text: string): string => {
    const file = join(base, name);
    writeFileSync(file, text);
    return file;
  };

  test('prints functions, overloads, constants, classes, interfaces and types, in the order of their names', () => {
    const file = written(
      'all.ts',
      `
      export function read(name: string, limit?: number): Promise<Shape>;
      export function read(name: Uint8Array): Shape;
      export function read(): unknown { return undefined; }
      export const GROUPS = [1, 2] as const;
      export type Shape = readonly number[];
      export type Either<T extends string> = { readonly kind: T } | Shape;
      interface Base { readonly shape: Shape }
      export interface Layer extends Base { name?: string; size?: number | undefined; run(input: Shape): Layer; [key: symbol]: unknown }
      export class Fault extends Error {
        readonly tag: 'fault';
        #hidden = 1;
        private secret = 2;
        constructor(tag: 'fault') { super(); this.tag = tag; this.secret += this.#hidden; void this.secret; }
      }
      `,
    );
    expect(publicTypes(compile([file], root), file).split('\n')).toEqual([
      'type Either<T extends string> = { readonly kind: T; } | Shape',
      'class Fault extends Error',
      '  constructor: (tag: "fault") => Fault',
      "  readonly tag: 'fault'",
      'const GROUPS: readonly [1, 2]',
      'interface Layer extends Base',
      '  [symbol]: unknown',
      '  name?: string',
      '  size?: number | undefined',
      '  run: (input: Shape) => Layer',
      '  readonly shape: Shape',
      'type Shape = readonly number[]',
      'function read: (name: string, limit?: number | undefined) => Promise<Shape>',
      'function read: (name: Uint8Array<ArrayBufferLike>) => Shape',
      '',
      '# Spoken of above, not exported',
      'interface Base',
      '  readonly shape: Shape',
      '',
    ]);
  });

  test('follows what is exported from another file, under the name it is given', () => {
    written('inner.ts', 'export const one = (x: number): string => String(x);\nexport interface Two { a: 1 }\n');
    const file = written('outer.ts', "export { one as first } from './inner.js';\nexport type * from './inner.js';\n");
    expect(publicTypes(compile([file], root), file)).toBe(
      'interface Two\n  a: 1\nconst first: (x: number) => string\nconst one: (x: number) => string\n',
    );
  });

  test('refuses a file that does not compile, and one that is not there', () => {
    const file = written('broken.ts', "export const wrong: number = 'text';\n");
    expect(() => compile([file], root)).toThrow("broken.ts does not compile: Type 'string' is not assignable");
    expect(() => compile([join(base, 'gone.ts')], root)).toThrow('gone.ts is not there');
  });
});
