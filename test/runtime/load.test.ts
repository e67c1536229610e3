// `loadModel` of shuffleport/runtime: from bytes, files and folders on a server, and what goes wrong on the way.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeText } from '../../src/core/bytes.js';
import { type Tensor, tensor } from '../../src/core/tensor.js';
import { loadModel } from '../../src/runtime.js';
import { type FileServer, serveFiles } from '../helpers/file-server.js';
import { bare, configFile, DIGITS, digitFloats, kerasSays, OPEN, SETTINGS } from './material.js';

const NAMES = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const CONFIG = configFile({ weights: 'w.safetensors', preprocess: 'tf', labels: NAMES });

type Weights = Map<string, Tensor>;

const VARIANCE = 'stage2/block1/bn_gconv_1/moving_variance';

let server: FileServer;
beforeAll(async () => {
  server = await serveFiles(
    new Map([
      ['whole/w.safetensors', { bytes: DIGITS }],
      ['folder/config.json', { bytes: CONFIG }],
      ['folder/w.safetensors', { bytes: DIGITS }],
      ['beside/config.json', { bytes: CONFIG }],
      ['beside/bare.safetensors', { bytes: bare() }],
      ['alone/bare.safetensors', { bytes: bare() }],
      ['packed/w.safetensors', { bytes: DIGITS, how: 'gzip' }],
      ['cut/w.safetensors', { bytes: DIGITS, how: 'cut' }],
      ['short/w.safetensors', { bytes: DIGITS.subarray(0, DIGITS.length - 10) }],
      ['stuck/w.safetensors', { bytes: DIGITS, how: 'stuck' }],
      ['page/w.safetensors', { bytes: encodeText('<!doctype html><title>Not here</title>') }],
      ['text/config.json', { bytes: encodeText('not JSON') }],
      ['other/config.json', { bytes: encodeText('{"version":1,"network":"ResNet"}') }],
      ['other/bare.safetensors', { bytes: bare() }],
      ['away/config.json', { bytes: configFile({ weights: '../folder/w.safetensors' }) }],
      ['nameless/config.json', { bytes: configFile() }],
    ]),
  );
});
afterAll(() => server.close());

/** The class of digit 0, and where the model came from. */
async function firstClass(...args: Parameters<typeof loadModel>): Promise<number> {
  const model = await loadModel(...args);
  const [prediction] = await model.predict(digitFloats(0));
  model.dispose();
  return prediction!.classes[0]!.index;
}

const BEST = kerasSays(0)[0]!.index;

describe('a model', () => {
  test('comes from bytes, of whatever kind', async () => {
    expect(await firstClass(DIGITS)).toBe(BEST);
    expect(await firstClass(DIGITS.slice().buffer)).toBe(BEST);
  });

  test('stays what it was when the bytes that it came from change', async () => {
    // A network of any size packs its weights when an input comes.
    const bytes = Buffer.from(OPEN);
    const model = await loadModel(bytes);
    bytes.fill(0);
    const [prediction] = await model.predict(digitFloats(0), { size: [32, 32] });
    expect(prediction!.classes[0]!.index).toBe(BEST);
  });

  test('comes from weights of more digits', async () => {
    const weights = bare((all) => {
      for (const [name, { data, shape }] of all) all.set(name, tensor(Float64Array.from(data), shape));
    });
    expect(await firstClass({ weights, config: SETTINGS })).toBe(BEST);
  });

  test('comes from a file, by text or URL', async () => {
    expect(await firstClass(`${server.url}whole/w.safetensors?v=2`)).toBe(BEST);
    expect(await firstClass(new URL('whole/w.safetensors', server.url))).toBe(BEST);
  });

  test.each(['folder', 'folder/'])('comes from a folder: %s', async (folder) => {
    const model = await loadModel(server.url + folder);
    expect(model).toMatchObject({ preprocess: 'tf', labels: NAMES, classes: 10 });
  });

  test('comes from parts, with a config of any form, which goes before what the weights say', async () => {
    expect(await firstClass({ weights: DIGITS })).toBe(BEST);
    expect(await firstClass({ weights: bare(), config: SETTINGS })).toBe(BEST);
    expect(await firstClass({ weights: bare(), config: JSON.parse(new TextDecoder().decode(CONFIG)) })).toBe(BEST);
    const [weights, config] = [`${server.url}alone/bare.safetensors`, `${server.url}folder/config.json`];
    expect(await firstClass({ weights, config })).toBe(BEST);
    const stated = await loadModel({ weights: OPEN, config: { ...SETTINGS, pooling: 'max' } });
    expect(stated).toMatchObject({ inputShape: [32, 32, 3], settings: { pooling: 'max' } });
  });

  test('has its settings from a config.json beside the weights, which is asked for only then', async () => {
    expect(await loadModel(`${server.url}beside/bare.safetensors`)).toMatchObject({ preprocess: 'tf' });
    server.asked.length = 0;
    await loadModel(`${server.url}whole/w.safetensors`);
    expect(server.asked).toEqual(['whole/w.safetensors']);
  });

  test('tells what it is', async () => {
    const model = await loadModel(DIGITS);
    expect(model).toMatchObject({
      inputShape: [32, 32, 3],
      classes: 10,
      settings: SETTINGS,
      preprocess: null,
      labels: null,
    });
    expect(model.name).toMatch(/^ShuffleNet_/);
    expect(model.layers.slice(1, 3)).toEqual(['conv1', 'maxpool1']);
    expect(model.engine).toMatch(/^engine/);
    expect(model.notes).toBeInstanceOf(Array);
  });
});

describe('progress', () => {
  test('is told as bytes come in, up to all of them', async () => {
    const told: [number, number | undefined][] = [];
    await loadModel(`${server.url}folder/`, { onProgress: (...each) => told.push(each) });
    expect(told.every(([, total]) => total === DIGITS.length)).toBe(true);
    expect(told.map(([loaded]) => loaded)).toEqual(told.map(([loaded]) => loaded).sort((a, b) => a - b));
    expect(told.at(-1)).toEqual([DIGITS.length, DIGITS.length]);
  });

  test('of a file that is compressed on the way knows no total', async () => {
    const told: [number, number | undefined][] = [];
    await loadModel(`${server.url}packed/w.safetensors`, { onProgress: (...each) => told.push(each) });
    expect(told.at(-1)).toEqual([DIGITS.length, undefined]);
  });
});

describe('what goes wrong', () => {
  const failing = (path: string) => loadModel(server.url + path).catch((error: unknown) => error);

  test('a file that is not there', async () => {
    expect(await failing('gone.safetensors')).toMatchObject({
      name: 'DownloadError',
      tag: 'Download',
      kind: 'file',
      status: 404,
      explanation: { where: `${server.url}gone.safetensors`, found: 'HTTP 404 Not Found' },
    });
    expect(await failing('gone/')).toMatchObject({ explanation: { where: `${server.url}gone/config.json` } });
  });

  test('a server that is not there, an address that is none, a connection that breaks off', async () => {
    await expect(loadModel('http://127.0.0.1:1/w.safetensors')).rejects.toMatchObject({
      tag: 'Download',
      status: undefined,
    });
    await expect(loadModel('w.safetensors')).rejects.toMatchObject({ tag: 'Download', status: undefined });
    expect(await failing('cut/w.safetensors')).toMatchObject({ tag: 'Download', status: undefined });
  });

  test('a file that ends too early, and one that is something else', async () => {
    expect(await failing('short/w.safetensors')).toMatchObject({ tag: 'TruncatedFile', found: DIGITS.length - 10 });
    expect(await failing('page/w.safetensors')).toMatchObject({
      tag: 'FormatSignature',
      explanation: { where: `${server.url}page/w.safetensors` },
    });
  });

  test('being stopped gives the reason', async () => {
    const controller = new AbortController();
    const stuck = loadModel(`${server.url}stuck/w.safetensors`, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stuck).rejects.toMatchObject({ name: 'AbortError' });
    const early = loadModel(`${server.url}whole/w.safetensors`, { signal: AbortSignal.abort('no need') });
    await expect(early).rejects.toBe('no need');
  });

  test.each([
    ['alone/bare.safetensors', 'alone/bare.safetensors'],
    ['text/', 'text/config.json'],
    ['other/', 'other/config.json'],
    ['other/bare.safetensors', 'other/config.json'],
    ['away/', 'away/config.json'],
    ['nameless/', 'nameless/config.json'],
  ])('settings that are missing: %s', async (path, where) => {
    expect(await failing(path)).toMatchObject({
      tag: 'SettingsMissing',
      explanation: { where: server.url + where },
    });
  });

  test('settings that are stated and make no network', async () => {
    await expect(loadModel({ weights: DIGITS, config: { ...SETTINGS, groups: 5 } })).rejects.toMatchObject({
      tag: 'SettingsMissing',
    });
    await expect(loadModel(bare())).rejects.toMatchObject({ tag: 'SettingsMissing' });
  });

  test('weights that do not fit are all told', async () => {
    const weights = bare((all) => {
      all.delete('conv1/kernel');
      all.delete('fc/bias');
      all.set('fc/kernel', tensor(new Float32Array(20), [2, 10]));
      all.set('fc/gamma', tensor(new Float32Array(1), [1]));
      all.get('stage2/block1/bn_gconv_1/gamma')!.data[3] = Number.NaN;
      all.get(VARIANCE)!.data[2] = -1;
    });
    await expect(loadModel({ weights, config: SETTINGS })).rejects.toMatchObject({
      tag: 'Load',
      report: {
        missing: [
          { layer: 'conv1', role: 'kernel', layerPresent: false },
          { layer: 'fc', role: 'bias', layerPresent: true },
        ],
        mismatched: [{ layer: 'fc', role: 'kernel', found: [2, 10], expected: [240, 10] }],
        unused: [{ weight: 'fc/gamma' }],
        nonFinite: [{ layer: 'stage2/block1/bn_gconv_1', role: 'gamma', nan: 1, firstIndex: [3] }],
        negativeVariance: [{ layer: 'stage2/block1/bn_gconv_1', count: 1, firstIndex: [2] }],
      },
    });
  });

  test.each([
    ['missing', (all: Weights) => void all.delete('fc/bias')],
    ['mismatched', (all: Weights) => void all.set('fc/bias', tensor(new Float32Array(1), [1]))],
    ['unused', (all: Weights) => void all.set('more', tensor(new Float32Array(1), [1]))],
    ['negativeVariance', (all: Weights) => void all.get(VARIANCE)!.data.fill(-1, 0, 1)],
    ['nonFinite', (all: Weights) => void all.get('fc/bias')!.data.fill(Number.POSITIVE_INFINITY, 0, 1)],
  ])('one fault alone is enough: %s', async (kind, change) => {
    const error = await loadModel({ weights: bare(change), config: SETTINGS }).catch((caught) => caught);
    expect(error.tag).toBe('Load');
    expect(error.report[kind]).toHaveLength(1);
  });
});
