// The package as users get it: packed, unpacked elsewhere, compiled against, imported and run. `npm run check:consumer`
// builds it first. No network. Read first: test/consumer/index.ts, a user's program.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** What a page may have to download to run a network: issue 7's budget, engine and all. */
const MOST_RUNTIME_KILOBYTES = 40;

const root = join(import.meta.dirname, '..');
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const manifest: {
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
} = readJson(join(root, 'package.json'));

/** Runs a program; what it printed. Throws with everything it said when it fails. */
function run(directory: string, program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed\n${stdout ?? ''}${stderr ?? ''}`);
  }
}

const node = (directory: string, ...args: string[]) => run(directory, process.execPath, ...args);

/** Every file under `directory`, with `/` between folders. */
const filesUnder = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .split(sep)
        .join('/'),
    )
    .sort();

describe('the packed package', () => {
  const home = mkdtempSync(join(tmpdir(), 'shuffleport-package-'));
  const modules = join(home, 'node_modules');
  const unpacked = join(modules, 'shuffleport');
  afterAll(() => rmSync(home, { recursive: true }));

  beforeAll(() => {
    if (!existsSync(join(root, 'dist'))) throw new Error('nothing is built: run `npm run build` first');
    const [packed] = JSON.parse(run(root, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', home));
    run(home, 'tar', '-xzf', packed.filename);
    mkdirSync(modules);
    cpSync(join(home, 'package'), unpacked, { recursive: true });
    for (const name of Object.keys(manifest.dependencies)) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
    }
    cpSync(join(root, 'test', 'consumer'), home, { recursive: true });
    writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  });

  test('holds what was built from the sources there are, the command, the documents, and nothing else', () => {
    const sources = filesUnder(join(root, 'src')).filter((name) => !name.endsWith('.d.ts'));
    const built = sources.flatMap((name) => ['.js', '.d.ts'].map((end) => `dist/${name.replace(/\.ts$/, end)}`));
    const documents = filesUnder(join(root, 'docs')).map((name) => `docs/${name}`);
    const others = ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin/shuffleport.js', 'package.json'];
    const all = filesUnder(unpacked).filter((name) => !name.endsWith('.map'));
    const inBundle = (name: string): boolean => name.startsWith('dist/bundle/');
    const found = all.filter((name) => !inBundle(name));
    // The bundle's other files are named after what is in them.
    expect(all.filter(inBundle)).toEqual(
      expect.arrayContaining(['dist/bundle/main.js', 'dist/bundle/page.js', 'dist/bundle/parser-worker.js']),
    );
    expect(found).toEqual([...built, ...documents, ...others].sort());
  });

  test('has the HDF5 library for the command as its package compiles it, with its licence', () => {
    const compiled = `
      const { createHash } = await import('node:crypto');
      const { instantiate } = WebAssembly;
      WebAssembly.instantiate = (library, imports) => {
        console.log(createHash('sha256').update(library).digest('hex'));
        return instantiate(library, imports);
      };
      await (await import('h5wasm')).ready;`;
    const packed = (name: string) => readFileSync(join(unpacked, 'dist/bundle', name));
    const hash = createHash('sha256').update(packed('h5wasm.wasm')).digest('hex');
    expect(node(root, '--input-type=module', '-e', compiled)).toBe(`${hash}\n`);
    const licence = readFileSync(join(root, 'node_modules/h5wasm/LICENSE.txt'));
    expect(packed('h5wasm.LICENSE.txt').equals(licence)).toBe(true);
    // And not a second time as text.
    const scripts = filesUnder(join(unpacked, 'dist/bundle')).filter((name) => name.endsWith('.js'));
    expect(scripts.filter((name) => packed(name).length > 250_000)).toEqual([]);
  });

  test('has source maps that lead somewhere', () => {
    const files = filesUnder(unpacked);
    const maps = files.filter((name) => name.endsWith('.map'));
    const astray = maps.filter((name) => {
      const { sources, sourcesContent } = readJson(join(unpacked, name));
      const shipped = sources.every((source: string) => files.includes(posix.join(posix.dirname(name), source)));
      return !shipped && sourcesContent?.length !== sources.length;
    });
    expect(astray).toEqual([]);
  });

  test("compiles in a user's strict program, which then runs", () => {
    expect(node(home, join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.')).toBe('');
    // The article's own example: nine channels in three groups.
    expect(node(home, 'out/index.js')).toBe('ShuffleNet_1X_g3_br_0.25_373\n0 3 6 1 4 7 2 5 8\nfile\nDownload\n');
  });

  test('compiles in one for a bundler', () => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(node(home, tsc, '-p', '.', '--noEmit', '--module', 'esnext', '--moduleResolution', 'bundler')).toBe('');
  });

  test('is imported by name, and keeps its inner files to itself', () => {
    const names = node(home, '-e', "import('shuffleport').then((face) => console.log(Object.keys(face).join(' ')))");
    for (const name of ['channelShuffle', 'convert', 'diff', 'evaluator', 'inspect', 'openCheckpoint']) {
      expect(names.trim().split(' ')).toContain(name);
    }
    const inner = "import('shuffleport/dist/index.js').catch((error) => console.log(error.code))";
    expect(node(home, '-e', inner)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
    const version =
      "import('shuffleport/package.json', { with: { type: 'json' } }).then((m) => console.log(m.default.version))";
    expect(node(home, '--no-warnings', '-e', version)).toBe(`${manifest.version}\n`);
  });

  test('has a runtime of one file that imports nothing, and is no larger than its budget', () => {
    const bytes = readFileSync(join(unpacked, 'dist', 'runtime.js'));
    expect(bytes.toString()).not.toMatch(/\bimport\b[^.(;]*from|\bimport ?["'(]/);
    const kilobytes = gzipSync(bytes, { level: 9 }).length / 1000;
    console.info(`shuffleport/runtime: ${kilobytes.toFixed(1)} kB gzip of ${MOST_RUNTIME_KILOBYTES}`);
    expect(kilobytes).toBeLessThanOrEqual(MOST_RUNTIME_KILOBYTES);
    // Errors are told apart by name, too, which minifying would change.
    const loading = "import('shuffleport/runtime').then((m) => m.loadModel(new Uint8Array(9)))";
    expect(node(home, '-e', `${loading}.catch((error) => console.log(error.name))`)).toBe('FormatSignatureError\n');
  });

  test('has matchers for Jest that load no Vitest', () => {
    const loaded = (entry: string) =>
      node(home, '-e', `import('${entry}').then((m) => console.log(Object.keys(m)), (e) => console.log(e.message))`);
    expect(loaded('shuffleport/jest')).toBe("[ 'matchers' ]\n");
    expect(loaded('shuffleport/vitest')).toContain("Cannot find package 'vitest'");
  });

  describe('in the suites of others', () => {
    const suites = join(home, 'suites');
    const env = { ...process.env, SHUFFLEPORT_FIXTURES: join(root, 'fixtures', 'keras') };
    /** A program that may end badly: it is given suites with red tests. */
    const printed = (...args: string[]): string =>
      spawnSync(process.execPath, args, { cwd: suites, encoding: 'utf8', env: { ...env, NO_COLOR: '1' } }).stdout;
    const RED_FILE =
      /^FAIL \S+weights.h5: 10 of 68 layers at fault,.*\n {2}cause: The reference has late-bound slices/s;
    const RED_ARRAYS =
      /^expected every value to be within its bound: 1 of 3 values \(33.3 %\) are off\n {2}worst at: \[2\]\n {2}value: {4}4\n/;

    beforeAll(() => {
      for (const name of ['vitest', 'expect']) symlinkSync(join(root, 'node_modules', name), join(modules, name));
    });

    test('the matchers have types, for Vitest and for Jest', () => {
      expect(node(suites, join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.')).toBe('');
    });

    test('the matchers are green and red in Vitest', () => {
      const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
      const { testResults } = JSON.parse(printed(vitest, 'run', '--reporter=json'));
      const results: { title: string; status: string; failureMessages: string[] }[] = testResults[0].assertionResults;
      expect(results.map(({ title, status }) => `${status} ${title}`)).toEqual([
        'passed green: a file',
        'passed green: a model',
        'passed green: arrays',
        'failed red: a file',
        'failed red: arrays',
      ]);
      const [file, arrays] = results
        .slice(3)
        .map(({ failureMessages }) => failureMessages[0]!.replace(/^\w*Error: /, ''));
      expect(file).toMatch(RED_FILE);
      expect(arrays).toMatch(RED_ARRAYS);
    });

    test("the matchers are green and red with Jest's expect", () => {
      const out = printed('--experimental-vm-modules', '--no-warnings', join('out', 'jest.js'));
      expect(out).toMatch(RED_FILE);
      expect(out.slice(out.indexOf('expected every value'))).toMatch(RED_ARRAYS);
    });
  });

  test('has a command that npx finds and that knows its version', () => {
    // As npm does it: a link in .bin for each name in `bin`, to a file that may be executed.
    mkdirSync(join(modules, '.bin'));
    for (const [name, file] of Object.entries<string>(readJson(join(unpacked, 'package.json')).bin)) {
      symlinkSync(join('..', 'shuffleport', file), join(modules, '.bin', name));
    }
    expect(run(home, 'npx', '--offline', 'shuffleport', '--version').trim()).toBe(manifest.version);
  });
});

describe('dependencies', () => {
  const page = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8');
  const [atRunTime = '', forDevelopment = ''] = page.split('\n## For development\n');

  /** First two cells of each row of the table in `text`: name and version. */
  const rows = (text: string): Record<string, string> =>
    Object.fromEntries(
      [...text.matchAll(/^\| `([^`]+)` \| ([\d.]+) \|/gm)].map(([, name, version]) => [name, version]),
    );

  const locked: Record<string, { version: string; dependencies?: Record<string, string> }> = readJson(
    join(root, 'package-lock.json'),
  ).packages;
  const lockedVersions = (dependencies: Record<string, string>) =>
    Object.fromEntries(Object.keys(dependencies).map((name) => [name, locked[`node_modules/${name}`]?.version]));

  test('are explained in docs/dependencies.md, each at the version that is installed', () => {
    expect(rows(atRunTime)).toEqual(lockedVersions(manifest.dependencies));
    expect(rows(forDevelopment)).toEqual(lockedVersions(manifest.devDependencies));
  });

  test('are, at run time, ten packages that run no script when they are installed', () => {
    const found = new Set<string>();
    const visit = (name: string) => {
      if (found.has(name)) return;
      found.add(name);
      for (const next of Object.keys(locked[`node_modules/${name}`]?.dependencies ?? {})) visit(next);
    };
    for (const name of Object.keys(manifest.dependencies)) visit(name);
    expect(found.size).toBe(10);
    for (const name of found) {
      const { scripts = {} } = readJson(join(root, 'node_modules', name, 'package.json'));
      const atInstall = Object.keys(scripts).filter((script) => /^(pre|post)?install$/.test(script));
      expect(atInstall, name).toEqual([]);
      // npm compiles a package that has this file, without being told to.
      expect(existsSync(join(root, 'node_modules', name, 'binding.gyp')), name).toBe(false);
    }
  });
});
