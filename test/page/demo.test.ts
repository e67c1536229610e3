// The page that `port` writes, without a browser: what it says, asks and shows, with the real runtime underneath.
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/core/bytes.js';
import {
  type Choice,
  type ClassRow,
  failureWords,
  HOW_TO_SERVE,
  progressWords,
  rowsOf,
  type Surroundings,
  startDemo,
  timeWords,
  type View,
} from '../../src/page/demo.js';
import { loadModel } from '../../src/runtime.js';
import { bare, configFile, DIGITS, digitBytes, kerasSays, OPEN, SETTINGS } from '../runtime/material.js';

/** A page: what was said on it, and what somebody does there. */
function page(choice: Partial<Choice> = {}) {
  const said: string[] = [];
  const shown: { rows: readonly ClassRow[]; times: string }[] = [];
  const chosen: { preprocess: Choice['preprocess']; size: number } = { preprocess: '', size: 224, ...choice };
  let asked: unknown;
  let takePicture: (file: Blob) => Promise<void> = async () => {};
  let takeChoice: () => Promise<void> = async () => {};
  const view: View = {
    say: (words) => said.push(words),
    fail: (words) => said.push(`FAILED ${words}`),
    open: (what) => {
      asked = what;
    },
    choice: () => chosen,
    draw: async (file) => {
      if (file.type !== 'image/png') throw new Error('no picture');
      const rgb = digitBytes(Number(await file.text())).data;
      const data = new Uint8ClampedArray(32 * 32 * 4);
      for (let i = 0; i < 1024; i++) data.set([...rgb.subarray(3 * i, 3 * i + 3), 255], 4 * i);
      return { data, width: 32, height: 32 };
    },
    show: (rows, times) => shown.push({ rows, times }),
    onPicture: (take) => {
      takePicture = take;
    },
    onChoice: (take) => {
      takeChoice = take;
    },
  };
  return {
    view,
    said,
    shown,
    asked: () => asked,
    drop: (i: number) => takePicture(new Blob([String(i)], { type: 'image/png' })),
    dropOther: () => takePicture(new Blob(['text'])),
    choose: (next: Partial<Choice>) => {
      Object.assign(chosen, next);
      return takeChoice();
    },
  };
}

/** A served page beside these weights; every look at the clock is two milliseconds later. */
function served(weights: Uint8Array, config?: object): Surroundings {
  let time = 0;
  return {
    protocol: 'https:',
    threads: 1,
    now: () => {
      time += 2;
      return time;
    },
    runtime: async () => ({
      loadModel: (source, options) => {
        expect(source).toBe('./');
        expect(options?.threads).toBe(1);
        options?.onProgress?.(1_000_000, 4_000_000);
        return loadModel({ weights, ...(config && { config }) });
      },
    }),
  };
}

const TF = JSON.parse(new TextDecoder().decode(configFile({ preprocess: 'tf', labels: [...'abcdefghij'] })));

describe('the page', () => {
  test('opened from the disk says how to serve it, and loads nothing', async () => {
    const { view, said, asked } = page();
    await startDemo(view, { ...served(DIGITS), protocol: 'file:' });
    expect(said).toEqual([`FAILED ${HOW_TO_SERVE}`]);
    expect(HOW_TO_SERVE).toContain('npx serve');
    expect(asked()).toBeUndefined();
  });

  test('runs a picture at once where everything is known', async () => {
    const { view, said, shown, asked, drop } = page();
    await startDemo(view, served(DIGITS, TF));
    expect(asked()).toEqual({ preprocess: false, size: false });
    expect(said[0]).toBe('Downloading: 1.0 of 4.0 MB.');
    expect(said[1]).toMatch(/^Ready\. Computed by the engine/);
    await drop(3);
    const [first] = kerasSays(3);
    expect(shown).toHaveLength(1);
    expect(shown[0]!.rows).toHaveLength(5);
    expect(shown[0]!.rows[0]).toEqual({
      name: 'abcdefghij'[first!.index],
      probability: expect.closeTo(first!.probability, 5),
      percent: `${(100 * first!.probability).toFixed(1)} %`,
    });
    expect(shown[0]!.times).toBe(timeWords(2, 2));
    expect(said.at(-1)).toMatch(/^Ready\./);
  });

  test('asks for the preprocessing, and runs the picture again when it is chosen', async () => {
    const { view, said, shown, asked, drop, choose } = page();
    await startDemo(view, served(DIGITS));
    expect(asked()).toEqual({ preprocess: true, size: false });
    await choose({});
    await drop(3);
    expect(said.at(-1)).toContain('Choose what was done to pixel values');
    expect(shown).toEqual([]);
    await choose({ preprocess: 'tf' });
    expect(shown[0]!.rows[0]!.name).toBe(`class ${kerasSays(3)[0]!.index}`);
  });

  test('asks for the size where the network takes any', async () => {
    const { view, shown, asked, drop, choose } = page({ preprocess: 'tf', size: 32 });
    await startDemo(view, served(OPEN));
    expect(asked()).toEqual({ preprocess: true, size: true });
    await drop(5);
    expect(shown[0]!.rows[0]!.name).toBe(`class ${kerasSays(5)[0]!.index}`);
    await choose({ size: 64 });
    expect(shown[1]!.rows).not.toEqual(shown[0]!.rows);
  });

  test('says what is missing, and what is no picture, and goes on', async () => {
    const broken = page();
    await startDemo(
      broken.view,
      served(
        bare((all) => all.delete('conv1/kernel')),
        SETTINGS,
      ),
    );
    expect(broken.said.at(-1)).toMatch(/^FAILED The weights do not fit .*missing layer conv1/);
    const { view, said, shown, drop, dropOther } = page();
    await startDemo(view, served(DIGITS, TF));
    await dropOther();
    expect(said.at(-1)).toBe('FAILED This file is no picture that this browser can read.');
    await drop(1);
    expect(shown).toHaveLength(1);
  });

  test('says that runtime.js is missing', async () => {
    const { view, said } = page();
    const runtime = () => Promise.reject(new TypeError('Failed to fetch runtime.js'));
    await startDemo(view, { ...served(encodeText('')), runtime });
    expect(said).toEqual(['FAILED Failed to fetch runtime.js']);
  });

  test('stops timing after a while', async () => {
    const slow = served(DIGITS, TF);
    let time = 0;
    const { view, shown, drop } = page();
    await startDemo(view, {
      ...slow,
      now: () => {
        time += 400;
        return time;
      },
    });
    await drop(1);
    expect(shown[0]!.times).toBe(timeWords(400, 400));
    // Two for the whole, one for the beginning, three for the only run.
    expect(time / 400).toBe(6);
  });
});

describe('words', () => {
  test('of progress', () => {
    expect(progressWords(3_210_000, 7_540_000)).toBe('Downloading: 3.2 of 7.5 MB.');
    expect(progressWords(3_210_000, undefined)).toBe('Downloading: 3.2 MB.');
  });

  test('of features, without a top', () => {
    const rows = rowsOf({ classes: [], features: [0.5, 1, 2, 3, 4, 5] });
    expect(rows).toHaveLength(5);
    expect(rows[0]).toEqual({ name: 'feature 0', probability: 0, percent: '0.5000' });
  });

  test('of failures, with their parts where they have some', () => {
    expect(failureWords(new Error('broken'))).toBe('broken');
    expect(failureWords('thrown')).toBe('thrown');
    const explanation = { what: 'It is gone.', where: 'w', found: 'HTTP 404', next: 'look elsewhere' };
    expect(failureWords(Object.assign(new Error(), { explanation }))).toBe('It is gone. w; HTTP 404; look elsewhere');
  });
});
