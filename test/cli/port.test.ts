// The one command, `shuffleport FILE`, and what `convert` does and does not write.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, runInThisContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bytesSource } from '../../src/checkpoint/source.js';
import { writeChecked } from '../../src/cli/convert.js';
import { pageFiles } from '../../src/cli/port-page.js';
import { tensor } from '../../src/core/tensor.js';
import { writeNpz } from '../../src/formats/npz.js';
import { type Conversion, convert } from '../../src/jobs/convert.js';
import { writeOutputFile } from '../../src/node/files.js';
import type { ConvertCheck } from '../../src/results/convert.js';
import { type FakeElement, fakePage } from '../helpers/fake-page.js';
import { serveFiles } from '../helpers/file-server.js';
import { loadReference } from '../helpers/models.js';
import { weightsOf } from '../jobs/material.js';
import { type Folder, newFolder, shuffleport } from './shell.js';

const DIGITS = writeNpz(await weightsOf('trained-digits-g3/weights.h5'));
/** The weights that the page runs. */
const WEIGHTS = 'ShuffleNet_0.25X_g3_br_0.25_111.safetensors';
const ODD = writeNpz(await weightsOf('k21-g3-odd/weights.h5'));
/** A few recorded layers: all of them take long. */
const SOME = [...loadReference('k21-g3-odd/reference.npz')].filter(([key]) =>
  /^(input|conv1|global_pool|fc)$/.test(key),
);
const ODD_REFERENCE = writeNpz(SOME);

let folder: Folder;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => {
  folder.remove();
});

const text = (path: string): string => readFileSync(folder.at(path), 'utf8');

/** Somebody at a terminal, who gives these answers. */
function terminal(...answers: string[]) {
  const asked: string[] = [];
  const ask = async (question: string): Promise<string> => {
    asked.push(question);
    return answers[asked.length - 1] ?? '';
  };
  return { asked, ask };
}

describe('a file alone', () => {
  test('becomes a folder with the model, a page that runs it, a report and a README of four lines', async () => {
    const file = folder.write('weights.npz', DIGITS);
    const { code, out, err } = await shuffleport([file, '--pooling', 'avg', '--input-shape', '32,32,3']);
    expect([code, err]).toEqual([0, '']);
    expect(folder.list()).toEqual(['weights-js', 'weights.npz']);
    expect(readdirSync(folder.at('weights-js')).sort()).toEqual([
      'README.md',
      WEIGHTS,
      'config.json',
      'group1-shard1of1.bin',
      'index.html',
      'model.json',
      'report.html',
      'runtime.js',
    ]);
    expect(out).toContain('self-check: CONSISTENT');
    expect(out).toContain('every value as computed');
    expect(out).toContain(`report: ${folder.at('weights-js')}/report.html`);
    expect(out).toContain(`page: ${folder.at('weights-js')}/index.html`);
    expect(out).not.toContain('next time');
    const page = text('weights-js/report.html');
    expect(page).toContain('CONSISTENT');
    expect(page).toContain('avg pooling');
    expect(page).toContain('stage2/block1/1x1_gconv_1');
    expect(page).not.toMatch(/<script|src=|href="http/);
    const lines = text('weights-js/README.md').trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain('ShuffleNet v1, groups 3');
    expect(lines[1]).toContain('index.html');
    expect(lines[2]).toContain('tf.loadGraphModel("model.json")');
    expect(lines[3]).toContain('shuffleport verify');
  });

  test('is asked about on a terminal, again where the answer is no choice, with the flag for next time', async () => {
    const file = folder.write('weights.npz', DIGITS);
    const { asked, ask } = terminal('mean', ' AVG ');
    const { code, out } = await shuffleport(['--input-shape', '32,32,3', file, '-o', folder.at('m')], { ask });
    expect([code, asked.length]).toEqual([0, 2]);
    expect(asked[0]).toMatch(/max .*\n.*avg .*\n.*--pooling max or --pooling avg/);
    expect(out).toContain('avg pooling');
    expect(out).toContain('next time: --pooling avg');
    expect(readdirSync(folder.at('m'))).toContain('model.json');
  });

  test('about which nothing of use is answered is left alone: 2', async () => {
    const { asked, ask } = terminal();
    const { code, err } = await shuffleport([folder.write('weights.npz', DIGITS)], { ask });
    expect([code, asked.length]).toEqual([2, 3]);
    expect(err).toContain('--pooling');
    expect(folder.list()).toEqual(['weights.npz']);
  });

  test('that lacks an answer nobody can give ends with 2', async () => {
    const { code, out, err } = await shuffleport([folder.write('weights.npz', DIGITS)]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('say --pooling max or --pooling avg');
    expect(folder.list()).toEqual(['weights.npz']);
  });

  test('with a reference is verified, which tells the pooling and is the report', async () => {
    const file = folder.write('odd.npz', ODD);
    const args = [
      'port',
      file,
      '-r',
      folder.write('ref.npz', ODD_REFERENCE),
      '--to',
      'onnx',
      '--check',
      'run',
      '--json',
    ];
    const { code, out } = await shuffleport(args, terminal());
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'shuffleport/port',
      verdict: 'pass',
      output: folder.at('odd-js'),
      written: true,
      answers: [],
      inspect: { container: 'npz' },
      selfCheck: { verdict: 'no evidence' },
      verify: { verdict: 'pass', pooling: { decision: 'avg', source: 'reference' } },
      convert: { format: 'onnx', check: { verdict: 'pass', run: { input: 'reference' } } },
    });
    expect(text('odd-js/report.html')).toContain('shuffleport verify');
    expect(text('odd-js/README.md')).toContain('ort.InferenceSession.create');
  });

  test('that its reference contradicts is not written: 1', async () => {
    const file = folder.write('odd.npz', ODD);
    const args = [file, '-r', folder.write('ref.npz', ODD_REFERENCE), '--pooling', 'max'];
    const { code, out } = await shuffleport(args);
    expect(code).toBe(1);
    expect(out).toContain('FAIL');
    expect(out).toContain('nothing was written');
    expect(folder.list()).toEqual(['odd.npz', 'ref.npz']);
  });

  test('replaces nothing unless it may, and is not written on a dry run', async () => {
    const file = folder.write('weights.npz', DIGITS);
    const taken = folder.write('weights-js', 'mine');
    const refused = await shuffleport([file, '--pooling', 'avg']);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('The output exists already.');
    const dry = await shuffleport([file, '--pooling', 'avg', '--dry-run', '--force', '--json']);
    expect([dry.code, JSON.parse(dry.out).written]).toEqual([0, false]);
    expect(readFileSync(taken, 'utf8')).toBe('mine');
    expect((await shuffleport([file, '--pooling', 'avg', '--force'])).code).toBe(0);
    expect(readdirSync(taken)).toContain('model.json');
  });
});

/** Node's own, which leaves the module as it is; Vitest's would rewrite what it imports. */
const nodeImport: (url: string) => Promise<typeof import('../../src/runtime.js')> = runInThisContext(
  '(url) => import(url)',
  { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
);

describe('the page in the folder', () => {
  const args = ['--pooling', 'avg', '--input-shape', '32,32,3', '--preprocess', 'tf'];

  test('names files that are there, and no other place; the same every time', async () => {
    const file = folder.write('weights.npz', DIGITS);
    await shuffleport([file, ...args]);
    await shuffleport([file, ...args, '-o', folder.at('again')]);
    const names = readdirSync(folder.at('again'));
    for (const name of names) expect(text(`again/${name}`), name).toBe(text(`weights-js/${name}`));
    const page = text('again/index.html');
    expect(page).toContain('ShuffleNet v1, groups 3');
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!;
    const script = /<script type="module">([\s\S]*)<\/script>/.exec(page)![1]!;
    expect(policy).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
    expect([...script.matchAll(/"\.\/([\w.]*)"/g)].map(([, name]) => name).sort()).toEqual(['', 'runtime.js']);
    expect(script).not.toMatch(/^import |https?:|sourceMappingURL/m);
    expect(text('again/runtime.js')).not.toMatch(/https?:|sourceMappingURL|from ?["']/);
    expect(JSON.parse(text('again/config.json'))).toMatchObject({ weights: WEIGHTS, preprocess: 'tf' });
    expect(names).toContain(WEIGHTS);
  });

  test('runs on its own runtime.js what is beside it, as the weights say', async () => {
    const labels = folder.write('labels.txt', 'zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n');
    await shuffleport([folder.write('weights.npz', DIGITS), ...args, '--to', 'safetensors', '--labels', labels]);
    const made = folder.at('weights-js');
    expect(readdirSync(made).filter((name) => name.endsWith('.safetensors'))).toEqual([WEIGHTS]);
    const server = await serveFiles(
      new Map(readdirSync(made).map((name) => [name, { bytes: new Uint8Array(readFileSync(join(made, name))) }])),
    );
    const { loadModel } = await nodeImport(pathToFileURL(join(made, 'runtime.js')).href);
    const model = await loadModel(server.url);
    const held = loadReference('trained-digits-g3/test360.npz');
    const digit = tensor(held.get('images_u8')!.data.slice(0, 3072), [32, 32, 3]);
    const [prediction] = await model.predict(digit);
    const [best] = prediction!.classes;
    await server.close();
    const softmax = [...held.get('softmax')!.data.slice(0, 10)];
    expect(best!.probability).toBeCloseTo(Math.max(...softmax), 5);
    expect(best!.index).toBe(softmax.indexOf(Math.max(...softmax)));
    expect(best!.label).toBe(readFileSync(labels, 'utf8').split('\n')[best!.index]);
    expect(server.asked).toEqual(['config.json', WEIGHTS]);
  });

  test('is not made with labels of other classes', async () => {
    const labels = folder.write('labels.txt', 'zero\none\n');
    const { code, err } = await shuffleport([folder.write('weights.npz', DIGITS), ...args, '--labels', labels]);
    expect([code, err]).toEqual([2, expect.stringContaining('2 labels')]);
    expect(folder.list()).toEqual(['labels.txt', 'weights.npz']);
  });

  test('is a script that loads what is beside it, and runs the picture that is chosen', async () => {
    await shuffleport([folder.write('weights.npz', DIGITS), ...args]);
    const made = folder.at('weights-js');
    const served = (name: string) => [name, { bytes: new Uint8Array(readFileSync(join(made, name))) }] as const;
    const server = await serveFiles(new Map(['config.json', WEIGHTS].map(served)));
    const script = /<script type="module">([\s\S]*)<\/script>/.exec(text('weights-js/index.html'))![1]!;
    writeFileSync(join(made, 'inline.mjs'), script);
    const { at, page } = fakePage();
    const held = loadReference('trained-digits-g3/test360.npz');
    const data = new Uint8ClampedArray(32 * 32 * 4);
    for (let i = 0; i < 1024; i++) data.set([...held.get('images_u8')!.data.slice(3 * i, 3 * i + 3), 255], 4 * i);
    at('shown').getContext = () => ({ drawImage: () => {}, getImageData: () => ({ data }) });
    vi.stubGlobal('document', Object.assign(page, { baseURI: `${server.url}index.html` }));
    vi.stubGlobal('location', { protocol: 'http:', href: server.url });
    vi.stubGlobal('crossOriginIsolated', false);
    vi.stubGlobal('createImageBitmap', async () => ({ width: 32, height: 32, close: () => {} }));
    await nodeImport(pathToFileURL(join(made, 'inline.mjs')).href);
    expect(at('status').textContent).toMatch(/^Ready\. Computed by the engine, .*1 thread\./);
    expect([at('recipe-row').hidden, at('size-row').hidden]).toEqual([true, true]);
    Object.assign(at('picture'), { files: ['digit'] });
    at('picture').listeners.get('change')!({});
    await vi.waitFor(() => expect(at('result').hidden).toBe(false));
    vi.unstubAllGlobals();
    await server.close();
    const [row] = at('classes').children as FakeElement[];
    const softmax = [...held.get('softmax')!.data.slice(0, 10)];
    expect((row!.children[0] as FakeElement).textContent).toBe(`class ${softmax.indexOf(Math.max(...softmax))}`);
    expect(at('times').textContent).toMatch(/^\d+\.\d ms an image/);
  });

  test('is not written where its weights are not the model', async () => {
    const conversion = await convert(bytesSource('w.npz', DIGITS), { to: 'tfjs', pooling: 'avg' });
    const page = await pageFiles(conversion, {});
    const [weights] = page.files;
    const damaged = Uint8Array.from(weights!.bytes);
    damaged[damaged.length - 1]! ^= 1;
    await expect(page.check(page.files)).resolves.toBeUndefined();
    await expect(page.check([{ ...weights!, bytes: damaged }])).rejects.toMatchObject({ tag: 'ExportReadBack' });
  });
});

describe('a word that is no file', () => {
  test('is a command, known or not', async () => {
    const file = folder.write('weights.npz', DIGITS);
    const misspelt = await shuffleport(['inspet', file]);
    expect(misspelt.code).toBe(2);
    expect(misspelt.err).toContain("unknown command 'inspet'");
    expect(misspelt.err).toContain('Did you mean inspect?');
  });

  test('but ends like a checkpoint is one that is not there', async () => {
    const { code, err } = await shuffleport([folder.at('none.h5')]);
    expect(code).toBe(3);
    expect(err).toContain('There is no such file.');
  });
});

describe('convert', () => {
  test.each(['npz', 'onnx', 'tfjs'])('runs what it wrote when asked: %s', async (to) => {
    const args = ['--to', to, '--pooling', 'avg', '--input-shape', '32,32,3', '--check', 'run', '-o', folder.at('m')];
    const { code, out } = await shuffleport(['convert', folder.write('weights.npz', DIGITS), ...args]);
    expect(code).toBe(0);
    expect(out).toMatch(/^run: \d+ layers in \S+.* of the error expected of float32/m);
    expect(folder.list()).toEqual(['m', 'weights.npz']);
  });

  test('lists every layer that was run with --all', async () => {
    const args = ['--to', 'npz', '--pooling', 'avg', '--input-shape', '32,32,3', '--check', 'run', '--all'];
    const { out } = await shuffleport(['convert', folder.write('weights.npz', DIGITS), ...args]);
    expect(out).toMatch(/^stage2\/block1\/bn_gconv_1 +\S+ +\S+ %$/m);
  });

  test('writes nothing on a dry run, and says what it would', async () => {
    const args = ['convert', folder.write('weights.npz', DIGITS), '--pooling', 'avg', '-o', folder.at('m.onnx')];
    const { code, out } = await shuffleport([...args, '--dry-run']);
    expect(code).toBe(0);
    expect(out).toContain(`-> ${folder.at('m.onnx')} (onnx, 1 file, `);
    expect(out).toContain('dry run, nothing written');
    expect(out).not.toContain('load it');
    expect(folder.list()).toEqual(['weights.npz']);
    folder.write('m.onnx', 'mine');
    expect((await shuffleport([...args, '--dry-run'])).code).toBe(2);
  });

  test('leaves nothing where the run is off, and hands on other errors', async () => {
    const failed: ConvertCheck = { level: 'run', verdict: 'fail', run: null };
    const conversion = { files: [], check: async () => failed } as unknown as Conversion;
    const output = folder.at('m.npz');
    const file = { name: 'm.npz', bytes: new Uint8Array(1) };
    const done = await writeChecked(conversion, {}, (check) => writeOutputFile(output, file, { check }));
    expect(done).toEqual({ check: failed, written: false });
    expect(folder.list()).toEqual([]);
    const broken = { ...conversion, check: () => Promise.reject(new RangeError('broken')) };
    const writing = writeChecked(broken, {}, (check) => writeOutputFile(output, file, { check }));
    await expect(writing).rejects.toThrow('broken');
  });
});
