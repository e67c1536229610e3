// The floors of the house, held against the imports that are really there, type-only ones included.
// Read first: the map of the house in CONTRIBUTING.md.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { cruise, type ICruiseOptions, type IDependency, type IModule } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Rooms (folders of src/) and faces (files of src/), by floor. Imports go down, or stay in the room. */
const FLOORS: readonly (readonly string[])[] = [
  ['core'],
  ['formats'],
  ['network', 'checkpoint', 'image'],
  ['shufflenet'],
  ['evaluator', 'engine', 'export'],
  // The shapes of results: jobs fill them and reports print them, so they lie below both.
  ['parity', 'results'],
  ['jobs', 'report', 'runtime'],
  ['node', 'matchers', 'page'],
  ['cli', 'web', 'index.ts', 'node.ts', 'runtime.ts', 'vitest.ts', 'jest.ts'],
];

/** Who may import Node's own modules. Everything else also runs in a page. */
const NODE_ROOMS = ['node', 'node.ts', 'cli'];

/** The only file that may import h5wasm: 4 MB that a page which never opens HDF5 must not load. */
const HDF5_READER = 'src/checkpoint/h5wasm-package.ts';

/**
 * The only files that may import ndarray: it makes its classes with `new Function`, which a strict
 * Content-Security-Policy forbids, so the faces that run in such pages (runtime, web) must not reach it. Faces do not
 * import each other.
 */
const NDARRAY_FACES = ['src/index.ts', 'src/node.ts'];

const root = join(import.meta.dirname, '..');

/** Every module under `base`/src with its imports, as dependency-cruiser reads them. */
async function readModules(base: string): Promise<IModule[]> {
  const options: ICruiseOptions = {
    baseDir: base,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    validate: true,
    ruleSet: { forbidden: [{ name: 'no-circles', severity: 'error', from: {}, to: { circular: true } }] },
  };
  const { output } = await cruise(['src'], options, {
    exportsFields: ['exports'],
    conditionNames: ['types', 'import', 'node', 'default'],
  });
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text instead of a result');
  return output.modules.filter((module) => module.source.startsWith('src/'));
}

/** The source files under `base`/src, as the file system lists them. */
function sourceFiles(base: string): string[] {
  const names = readdirSync(join(base, 'src'), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name.split(sep).join('/')}`)
    .sort();
}

/** `src/network/layer.ts` is in the room `network`; `src/index.ts` is its own. */
const roomOf = (source: string): string => source.split('/')[1] ?? '';

const floorOf = (room: string): number => FLOORS.findIndex((rooms) => rooms.includes(room));

/** What is wrong with one import; nothing when it keeps the laws. */
function faultsOf(source: string, dependency: IDependency): string[] {
  const { protocol = '', module, resolved, circular, couldNotResolve } = dependency;
  const written = protocol + module;
  const room = roomOf(source);
  const faults: string[] = [];
  if (resolved.startsWith('src/')) {
    const other = roomOf(resolved);
    const [from, to] = [floorOf(room), floorOf(other)];
    if (to > from) faults.push(`${source} imports up: ${resolved}`);
    if (to === from && other !== room) faults.push(`${source} imports a neighbour: ${resolved}`);
    if (circular) faults.push(`${source} is in a circle with ${resolved}`);
  } else if (couldNotResolve) {
    faults.push(`${source} imports what is not there: ${written}`);
  }
  if (written.startsWith('node:') || dependency.dependencyTypes.includes('core')) {
    if (!NODE_ROOMS.includes(room)) faults.push(`${source} imports Node's ${written}`);
  }
  if (/^h5wasm(\/|$)/.test(written) && source !== HDF5_READER) faults.push(`${source} imports h5wasm`);
  if (/^ndarray(\/|$)/.test(written) && !NDARRAY_FACES.includes(source)) faults.push(`${source} imports ndarray`);
  return faults;
}

const importFaults = (modules: readonly IModule[]): string[] =>
  modules.flatMap(({ source, dependencies }) => dependencies.flatMap((found) => faultsOf(source, found)));

const homeless = (sources: readonly string[]): string[] => sources.filter((source) => floorOf(roomOf(source)) < 0);

describe('the source', () => {
  let modules: IModule[];
  beforeAll(async () => {
    modules = await readModules(root);
  });

  test('is read whole: dependency-cruiser lists every file, and finds imports in them', () => {
    expect(modules.map((module) => module.source).sort()).toEqual(sourceFiles(root));
    expect(modules.flatMap((module) => module.dependencies).length).toBeGreaterThan(modules.length);
  });

  test('has a floor for every room', () => {
    expect(homeless(sourceFiles(root))).toEqual([]);
  });

  test('imports down or within the room, without circles, and keeps Node, h5wasm and ndarray where they belong', () => {
    expect(importFaults(modules)).toEqual([]);
  });

  test('imports h5wasm where it says', () => {
    const reader = modules.find((module) => module.source === HDF5_READER);
    expect(reader?.dependencies.map((dependency) => dependency.module)).toContain('h5wasm');
  });
});

describe('a planted breach', () => {
  const base = mkdtempSync(join(tmpdir(), 'shuffleport-floors-'));
  afterAll(() => rmSync(base, { recursive: true }));

  /** Each file with the text that breaks, or keeps, a law. */
  const planted = {
    'src/core/value.ts': "import { build } from '../shufflenet/build.js';\nexport const value = build;\n",
    'src/core/shape.ts': "import type { Layer } from '../network/layer.js';\nexport type Shape = Layer;\n",
    'src/core/again.ts': "export type { Layer } from '../network/layer.js';\n",
    'src/core/later.ts': "export const later = () => import('../network/layer.js');\n",
    'src/network/layer.ts': "export type Layer = string;\nexport const layer = '';\n",
    'src/network/left.ts': "import type { Right } from './right.js';\nexport type Left = Right[];\n",
    'src/network/right.ts': "import type { Left } from './left.js';\nexport type Right = Left[];\n",
    'src/image/pixels.ts': "import type { Layer } from '../network/layer.js';\nexport type Pixels = Layer;\n",
    'src/image/file.ts': "export { readFileSync } from 'node:fs';\n",
    'src/image/bare.ts': "export { join } from 'path';\n",
    'src/image/gone.ts': "export { gone } from './missing.js';\n",
    'src/image/hdf5.ts': "export const open = () => import('h5wasm');\nexport type H5 = typeof import('h5wasm');\n",
    'src/image/array.ts': "import type { NdArray } from 'ndarray';\nexport type Pixels = NdArray;\n",
    'src/runtime.ts': "export { default } from 'ndarray';\nexport { run } from './index.js';\n",
    'src/index.ts': "import ndarray from 'ndarray';\nexport const run = ndarray;\n",
    'src/shufflenet/build.ts': "import { layer } from '../network/layer.js';\nexport const build = layer;\n",
    'src/node/file.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
    'src/cellar/wine.ts': 'export const wine = 1;\n',
  };
  let modules: IModule[];
  beforeAll(async () => {
    for (const [path, text] of Object.entries(planted)) {
      mkdirSync(dirname(join(base, path)), { recursive: true });
      writeFileSync(join(base, path), text);
    }
    modules = await readModules(base);
  });
  const faultsIn = (path: string) => importFaults(modules.filter((module) => module.source === path));

  test.each([
    ['src/core/value.ts', 'src/core/value.ts imports up: src/shufflenet/build.ts'],
    ['src/core/shape.ts', 'src/core/shape.ts imports up: src/network/layer.ts'],
    ['src/core/again.ts', 'src/core/again.ts imports up: src/network/layer.ts'],
    ['src/core/later.ts', 'src/core/later.ts imports up: src/network/layer.ts'],
    ['src/network/left.ts', 'src/network/left.ts is in a circle with src/network/right.ts'],
    ['src/network/right.ts', 'src/network/right.ts is in a circle with src/network/left.ts'],
    ['src/image/pixels.ts', 'src/image/pixels.ts imports a neighbour: src/network/layer.ts'],
    ['src/image/file.ts', "src/image/file.ts imports Node's node:fs"],
    ['src/image/bare.ts', "src/image/bare.ts imports Node's path"],
    ['src/image/gone.ts', 'src/image/gone.ts imports what is not there: ./missing.js'],
    ['src/image/hdf5.ts', 'src/image/hdf5.ts imports h5wasm'],
    ['src/image/array.ts', 'src/image/array.ts imports ndarray'],
    ['src/runtime.ts', 'src/runtime.ts imports ndarray'],
    ['src/runtime.ts', 'src/runtime.ts imports a neighbour: src/index.ts'],
  ])('in %s is reported', (path, fault) => {
    expect(faultsIn(path)).toContain(fault);
  });

  test('is not seen where there is none', () => {
    expect(faultsIn('src/shufflenet/build.ts')).toEqual([]);
    expect(faultsIn('src/index.ts')).not.toContain('src/index.ts imports ndarray');
    expect(faultsIn('src/node/file.ts')).toEqual([]);
  });

  test('of the table itself, a room without a floor, is reported', () => {
    expect(homeless(Object.keys(planted))).toEqual(['src/cellar/wine.ts']);
  });
});
