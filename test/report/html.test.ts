// The HTML report: what it says and draws, that nothing of a name gets out of its place, and that it can be read.
import { describe, expect, test } from 'vitest';
import { logScale } from '../../src/report/html/scale.js';
import { STYLE } from '../../src/report/html/style.js';
import { unitsOf } from '../../src/report/html/units.js';
import { verifyHtml } from '../../src/report/html.js';
import type { ReportedResult } from '../../src/results/certificate.js';
import type { ShareHistogramResult } from '../../src/results/verify.js';
import { HOSTILE, hostileResult } from './hostile.js';
import { allText, type Element, everyElement, parseMarkup } from './markup.js';
import { topOneImage, verdict, verified } from './results.js';

const pageOf = (result: ReportedResult): Element => parseMarkup(verifyHtml(result), ['meta', 'br']);
const ofClass = (page: Element, name: string): Element[] =>
  everyElement(page).filter(({ attributes }) => attributes.class?.split(' ').includes(name));
const named = (page: Element, name: string): Element[] => everyElement(page).filter((element) => element.name === name);
const sectionOf = (page: Element, title: string): Element | undefined =>
  named(page, 'section').find((section) => allText(section.children[0]!).trim() === title);

const failing = verified([
  verdict('conv1', 1e-7),
  verdict('stage2/block1/conv', 2e-7),
  verdict('stage2/block1/relu', 0),
  verdict('stage2/block2/conv', 0.5, true),
  verdict('fc', null, true),
]);

describe('the page', () => {
  test('stands alone: no script, nothing loaded, nothing allowed to', () => {
    const text = verifyHtml(failing);
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    const page = pageOf(failing);
    const names = new Set(everyElement(page).map(({ name }) => name));
    for (const name of ['script', 'link', 'img', 'iframe', 'object', 'image', 'use', 'form'])
      expect(names).not.toContain(name);
    expect(text).not.toMatch(/url\(|@import|https?:/);
    const policy = named(page, 'meta').find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
    expect(policy!.attributes.content).toBe("default-src 'none'; style-src 'unsafe-inline'");
    expect(named(page, 'meta')[0]!.attributes.charset).toBe('utf-8');
  });

  test('says first what the verdict is, in its title too', () => {
    const page = pageOf(failing);
    expect(named(page, 'title')[0]!.text).toBe('FAIL weights.h5: shuffleport verify');
    const [header] = named(page, 'header');
    expect(header!.attributes.class).toBe('fail');
    expect(header!.children.map(allText).slice(0, 3)).toEqual([
      'FAIL',
      'weights.h5',
      expect.stringMatching(/^Not every layer .* 2 of 5 layers at fault, against \.reference\.npz$/),
    ]);
    expect(allText(named(pageOf(verified([verdict('conv1', 0)], { verdict: 'undecided' })), 'header')[0]!)).toContain(
      'Say --pooling.',
    );
  });

  test('tells the first failure in words and numbers, with its cause and what to do', () => {
    const cause = { id: 'slices', words: 'The slices differ.', fix: 'Say --slices last.' };
    const [panel] = ofClass(
      pageOf({ ...failing, firstFailure: { ...failing.firstFailure!, key: 'recorded_key', cause } }),
      'panel',
    );
    const text = allText(panel!);
    for (const part of [
      'stage2/block2/conv',
      'recorded_key',
      'Stage2/block2/conv is wrong.',
      'The slices differ.',
      'Say --slices last.',
    ]) {
      expect(text).toContain(part);
    }
    const numbers = named(panel!, 'dl')[0]!.children.map(({ children }) => children.map(({ text: cell }) => cell));
    expect(numbers).toEqual([
      ['computed', '1'],
      ['recorded', '5'],
      ['difference', '4.00'],
      ['may be off by', '0.0400'],
      ['worst at', '[0, 1]'],
      ['values off', '50.0 %'],
    ]);
    const [unknown] = ofClass(pageOf(failing), 'panel');
    expect(allText(unknown!)).toContain('No known cause.');
    expect(allText(unknown!)).not.toContain('What to do');
  });

  test('has no numbers where shapes differ, and no panel where nothing is at fault', () => {
    const shape = verified([verdict('fc', null, true)]);
    expect(named(ofClass(pageOf(shape), 'panel')[0]!, 'dl')).toEqual([]);
    expect(ofClass(pageOf(verified([verdict('fc', 0)])), 'panel')).toEqual([]);
    const exact = { ...failing.firstFailure!, bound: 0 };
    expect(allText(ofClass(pageOf({ ...failing, firstFailure: exact }), 'panel')[0]!)).toContain('0: it must be equal');
  });

  describe('has a picture of how the values of the failing layer spread', () => {
    const drawn = (histogram: ShareHistogramResult) => {
      const page = pageOf({ ...failing, firstFailure: { ...failing.firstFailure!, histogram } });
      const svg = named(ofClass(page, 'panel')[0]!, 'svg')[0]!;
      const bars = ofClass(svg, 'bar').map((bar) => {
        const { x, y, width, height } = named(bar, 'rect')[0]!.attributes;
        const [left, top, w, h] = [x, y, width, height].map(Number) as [number, number, number, number];
        return { left, right: left + w, top, height: h, off: bar.attributes.class === 'bar fault', bar };
      });
      const [line] = ofClass(svg, 'limit');
      return { svg, bars, line: Number(line!.attributes.x1) };
    };
    const wide = { equal: 5, edges: [0.1, 0.3, 1, 3, 10], counts: [1, 100, 0, 1000], beyond: 2 };

    test('a bar a bin, higher by the same for every decade, on one foot', () => {
      const { bars } = drawn(wide);
      expect(bars).toHaveLength(6);
      const [, one, hundred, none, thousand] = bars;
      expect(hundred!.height - one!.height).toBeCloseTo(2 * (thousand!.height - hundred!.height), 0);
      expect(one!.height).toBeGreaterThan(10);
      expect(none!.height).toBe(0);
      for (const { top, height } of bars) expect(top + height).toBeCloseTo(190, 0);
      bars.slice(1).forEach(({ left }, i) => {
        expect(left).toBeGreaterThan(bars[i]!.right);
      });
    });

    test('what is off right of the line, what is kept left of it', () => {
      const { bars, line } = drawn(wide);
      expect(bars.map(({ off }) => off)).toEqual([false, false, false, true, true, true]);
      for (const { left, right, off } of bars) expect(off ? left > line : right < line).toBe(true);
      const exact = drawn({ equal: 3, edges: [0.3, 1, 3], counts: [0, 0], beyond: 1 });
      expect(exact.bars.map(({ off }) => off)).toEqual([false, false, true, true]);
    });

    test('in words, too: a title, all counts, and each bar for itself', () => {
      const { svg, bars } = drawn(wide);
      const [title, words] = svg.children;
      expect([title!.attributes.id, words!.attributes.id]).toEqual([
        svg.attributes['aria-labelledby'],
        svg.attributes['aria-describedby'],
      ]);
      expect(svg.attributes.role).toBe('img');
      expect(words!.text).toBe(
        [
          '5 values: equal',
          '1 value: above 0.1, up to 0.3 of the bound',
          '100 values: above 0.3, up to 1 of the bound',
          '1,000 values: above 3, up to 10 of the bound',
          '2 values: beyond any share, or of a bound of zero.',
        ].join('; '),
      );
      expect(bars.map(({ bar }) => named(bar, 'title')[0]!.text)[1]).toBe('1 value: above 0.1, up to 0.3 of the bound');
      expect(bars.map(({ bar }) => named(bar, 'text').map(({ text }) => text))).toEqual([
        ['0'],
        ['0.3'],
        ['1'],
        ['3'],
        ['10'],
        ['∞'],
      ]);
    });

    test('with room for its labels where there are many bars', () => {
      const edges = [
        0,
        ...Array.from({ length: 18 }, (_, i) => i - 6).flatMap((e) => [Number(`1e${e}`), Number(`3e${e}`)]),
        1e12,
      ];
      const { svg, bars } = drawn({ equal: 1, edges, counts: edges.slice(1).map(() => 1), beyond: 1 });
      const labels = bars.flatMap(({ bar }) => named(bar, 'text'));
      labels.slice(1).forEach((label, i) => {
        const width = ((label.text.length + labels[i]!.text.length) / 2) * 7;
        expect(Number(label.attributes.x) - Number(labels[i]!.attributes.x)).toBeGreaterThan(width);
      });
      expect(allText(named(svg, 'desc')[0]!)).toContain('1 value: up to 1e-6 of the bound');
    });

    test('nowhere where only the largest error was looked at', () => {
      const page = pageOf({ ...failing, firstFailure: { ...failing.firstFailure!, histogram: null } });
      expect(named(ofClass(page, 'panel')[0]!, 'svg')).toEqual([]);
    });
  });

  test('has a row for every layer, in order, under a caption and headings', () => {
    const table = named(sectionOf(pageOf(failing), 'Layers')!, 'table')[0]!;
    expect(table.children[0]!.name).toBe('caption');
    expect(named(table, 'th').filter(({ attributes }) => attributes.scope === 'col')).toHaveLength(8);
    const rows = named(table, 'tr').slice(1);
    expect(rows.map(({ attributes }) => attributes.id)).toEqual([0, 1, 2, 3, 4].map((at) => `layer-${at}`));
    expect(rows[3]!.children.map((cell) => allText(cell).trim())).toEqual([
      'stage2/block2/conv',
      '✕ fail',
      '(1, 2)',
      '4.0e+0',
      '1.0e+2 x',
      '1 of 2',
      '5.0e+0',
      '25 x',
    ]);
    expect(rows[4]!.children.slice(3).map(allText)).toEqual(['-', '-', '-', '-', '-']);
  });

  test('has a row for the first class of every image, those that may change first', () => {
    expect(sectionOf(pageOf(failing), 'Top-1')).toBeUndefined();
    const images = [
      ...Array.from({ length: 50 }, () => topOneImage({ recorded: null, agrees: null })),
      topOneImage({ recorded: 3, agrees: false }),
      topOneImage({ margin: 1e-6, certain: false }),
    ];
    const section = sectionOf(pageOf({ ...failing, topOne: { layer: 'fc', images } }), 'Top-1')!;
    expect(allText(section)).toContain('51 of 52 images certain');
    expect(allText(named(section, 'caption')[0]!)).toMatch(/outputs of fc.* 2 more images are left out\./);
    const rows = named(section, 'tr').slice(1);
    expect(rows.slice(0, 3).map((row) => row.children.map((cell) => allText(cell).trim()))).toEqual([
      ['50', '7', '2', '5.0e-1', '2.0e-7', 'yes', '✕ 3'],
      ['51', '7', '2', '1.0e-6', '2.0e-7', '✕ no', '7'],
      ['0', '7', '2', '5.0e-1', '2.0e-7', 'yes', '-'],
    ]);
    expect(rows.map(({ attributes }) => attributes.class).slice(0, 3)).toEqual(['fault', 'fault', undefined]);
    expect(rows).toHaveLength(50);
  });

  test('says what was left out, noted and verified, and what moved', () => {
    const hashes = { checkpoint: [{ name: 'w.h5', sha256: 'abc' }], reference: [] };
    const page = pageOf({
      ...failing,
      notCompared: ['extra', 'more'],
      otherLayers: ['head'],
      notes: [{ id: 'n', text: 'A note.' }],
      certificate: { version: '1.2.3', options: {}, hashes },
      against: {
        name: 'old.json',
        holds: false,
        moved: [{ kind: 'verdict', what: 'verdict', before: 'pass', after: 'fail' }],
      },
    });
    expect(allText(sectionOf(page, 'Also')!)).toMatch(/extra.*more.*head.*A note\./s);
    expect(allText(sectionOf(page, 'What was verified')!)).toMatch(/groups 3.*sha256 of w\.h5 abc/s);
    expect(allText(sectionOf(page, 'The earlier verification no longer holds.')!)).toContain(
      'verdict verdict: pass -> fail',
    );
    expect(sectionOf(pageOf(failing), 'Also')).toBeUndefined();
  });

  test('keeps hostile text in its place', () => {
    const [hostile, harmless] = [verifyHtml(hostileResult()), verifyHtml(harmlessTwin())];
    const shape = (element: Element): unknown => [
      element.name,
      Object.keys(element.attributes),
      element.children.map(shape),
    ];
    expect(shape(parseMarkup(hostile, ['meta']))).toEqual(shape(parseMarkup(harmless, ['meta'])));
    expect(hostile).not.toContain('<script');
    expect(named(pageOf(hostileResult()), 'h1')[0]!.text).toContain(HOSTILE.slice(0, 80));
  });

  test('is the same bytes for the same result', () => {
    expect(verifyHtml(hostileResult())).toBe(verifyHtml(hostileResult()));
  });
});

/** The hostile result with a plain word in place of each hostile text. Slashes stay: they are what units are told by. */
function harmlessTwin(): ReportedResult {
  const plain = HOSTILE.replace(/[^/]+/g, 'x');
  return JSON.parse(
    JSON.stringify(hostileResult(), special).replaceAll(JSON.stringify(HOSTILE).slice(1, -1), plain),
    (_, value) => (value === 'NaN' ? Number.NaN : value),
  ) as ReportedResult;
}

const special = (_: string, value: unknown): unknown => (Number.isNaN(value) ? 'NaN' : value);

describe('the strip', () => {
  test('has a unit for layers in a row whose names begin alike, coloured by the worst of them', () => {
    const units = unitsOf(failing.layers, null);
    expect(
      units.map(({ path, band, label, layers, worst }) => [path, band, label, layers.length, worst.level]),
    ).toEqual([
      ['conv1', '', 'conv1', 1, 'quarter'],
      ['stage2/block1', 'stage2', 'block1', 2, 'quarter'],
      ['stage2/block2', 'stage2', 'block2', 1, 'fault'],
      ['fc', '', 'fc', 1, 'fault'],
    ]);
  });

  test('tells units by names alone', () => {
    const paths = (...names: string[]) =>
      unitsOf(
        names.map((name) => verdict(name, 0)),
        null,
      ).map(({ path }) => path);
    expect(paths('a/x', 'a/y', 'b', 'a/z')).toEqual(['a', 'b', 'a']);
    expect(paths('a/b/c/d', 'a/b/e', '', '/')).toEqual(['a/b', '']);
  });

  test.each([
    [0, 'exact'],
    [0.25, 'quarter'],
    [0.26, 'half'],
    [0.5, 'half'],
    [1, 'whole'],
  ])('colours %d of a bound as %s', (budget, level) => {
    const made = verdict('a', 1);
    const layer = { ...made, own: { ...made.own!, budget } };
    expect(unitsOf([layer], null)[0]!.worst.level).toBe(level);
    expect(unitsOf([{ ...layer, verdict: 'fail' }], null)[0]!.worst.level).toBe('fault');
  });

  test('colours by the stated tolerance where there is one', () => {
    expect(unitsOf([verdict('a', 3e-6)], 1e-5)[0]!.worst.level).toBe('half');
  });

  test('leads from each unit to its worst layer in the table, and says it in words', () => {
    const links = named(sectionOf(pageOf(failing), 'The network')!, 'a');
    expect(links.map(({ attributes }) => attributes.href)).toEqual(['#layer-0', '#layer-1', '#layer-3', '#layer-4']);
    expect(links.map(({ attributes }) => attributes['aria-label'])).toEqual([
      'conv1: 1 layer, at most 25 % of the bound at conv1',
      'stage2/block1: 2 layers, at most 25 % of the bound at stage2/block1/conv',
      'stage2/block2: 1 layer, a layer at fault at stage2/block2/conv',
      'fc: 1 layer, a layer at fault at fc',
    ]);
    expect(ofClass(sectionOf(pageOf(failing), 'The network')!, 'square')).toHaveLength(5);
  });

  test('goes on in a second row after twelve', () => {
    const layers = Array.from({ length: 13 }, (_, i) => verdict(`l${i}`, 0));
    const svg = named(sectionOf(pageOf(verified(layers)), 'The network')!, 'svg')[0]!;
    const boxes = ofClass(svg, 'box').map(({ attributes }) => [attributes.x, attributes.y]);
    expect(boxes[12]![0]).toBe(boxes[0]![0]);
    expect(Number(boxes[12]![1])).toBeGreaterThan(Number(boxes[11]![1]));
    expect(svg.attributes.viewBox).toBe('0 0 960 236');
  });
});

describe('the charts', () => {
  const points = (result: ReportedResult, title: string): Element[] =>
    ofClass(sectionOf(pageOf(result), title)!, 'point');
  const yOf = (point: Element, name: string): number =>
    Number(ofClass(point, name)[0]!.attributes[name === 'limit' ? 'y1' : 'cy']);

  test('show each error and its bound, a cross where a layer is at fault, nothing where shapes differ', () => {
    const found = points(failing, "Each layer's own error");
    expect(found.map(({ attributes }) => attributes.class)).toEqual(['point', 'point', 'point', 'point fault']);
    expect(yOf(found[0]!, 'error')).toBeGreaterThan(yOf(found[0]!, 'limit'));
    expect(yOf(found[1]!, 'error')).toBeLessThan(yOf(found[0]!, 'error'));
    expect(yOf(found[2]!, 'error')).toBe(yOf(found[2]!, 'limit'));
    expect(ofClass(found[3]!, 'error')[0]!.name).toBe('path');
    expect(named(found[3]!, 'title')[0]!.text).toBe('stage2/block2/conv: 4.0e+0 of at most 4.0e-2 (1.0e+2 x)');
  });

  test('show the free run by its limit, or by the stated tolerance', () => {
    const found = points(failing, 'The network run freely');
    expect(found.map(({ attributes }) => attributes.class)).toEqual(['point', 'point', 'point', 'point fault']);
    expect(new Set(found.map((point) => yOf(point, 'limit'))).size).toBe(1);
    expect(named(found[3]!, 'title')[0]!.text).toBe('stage2/block2/conv: 25 x');
    const stated = points({ ...failing, tolerance: 1e-5 }, 'The network run freely');
    expect(named(stated[0]!, 'title')[0]!.text).toBe('conv1: 1.0e-7');
    expect(stated.map(({ attributes }) => attributes.class)).toEqual(['point', 'point', 'point', 'point fault']);
    expect(points({ ...failing, tolerance: 1e-5 }, "Each layer's own error").at(-1)!.attributes.class).toBe('point');
  });

  test('have numbers everywhere, whatever the errors are', () => {
    const sizes = [0, 1e-300, 1e300, Number.POSITIVE_INFINITY, Number.NaN];
    const layers = sizes.flatMap((error, i) => [verdict(`a${i}`, error), verdict(`b${i}`, error, true)]);
    for (const tolerance of [null, 0, 1e-5]) {
      const text = verifyHtml(verified(layers, { tolerance })).replace(STYLE, '');
      const coordinates = [...text.matchAll(/ (?:[xy][12]?|c[xy]|d|width|height)="([^"]*)"/g)].map(
        ([, value]) => value!,
      );
      expect(coordinates.length).toBeGreaterThan(100);
      for (const value of coordinates) expect(value).not.toMatch(/NaN|Infinity|e[+-]/);
    }
    expect(named(pageOf(verified([])), 'svg')).toHaveLength(3);
  });

  test('name the units under the axis as far as there is room', () => {
    const layers = Array.from({ length: 200 }, (_, i) => verdict(i < 100 ? `s${i}` : `band/unit${i}/x`, 1e-7));
    const svg = named(sectionOf(pageOf(verified(layers)), "Each layer's own error")!, 'svg')[0]!;
    const labels = [...ofClass(svg, 'outer'), ...ofClass(svg, 'inner')].flatMap(({ children }) =>
      children.filter(({ name }) => name === 'text').map(allText),
    );
    expect(labels).toEqual(['band']);
  });
});

describe('a logarithmic axis', () => {
  const scale = logScale([1e-8, 1e-3, 0, Number.POSITIVE_INFINITY], 0, 200);

  test('gives a decade the same room everywhere, larger values higher', () => {
    const steps = [-8, -7, -6, -5, -4].map((exponent) => scale.y(10 ** exponent) - scale.y(10 ** (exponent + 1)));
    for (const step of steps) expect(step).toBeCloseTo(steps[0]!, 6);
    expect(steps[0]).toBeGreaterThan(0);
    for (const { exponent, y } of scale.ticks) expect(scale.y(10 ** exponent)).toBeCloseTo(y, 6);
  });

  test('keeps zero below everything, and what has no measure above', () => {
    const [lowest, highest] = [Math.max(...scale.ticks.map(({ y }) => y)), Math.min(...scale.ticks.map(({ y }) => y))];
    expect(scale.y(0)).toBe(scale.zero);
    expect(scale.zero).toBeGreaterThan(lowest);
    expect([scale.y(Number.NaN), scale.y(Number.POSITIVE_INFINITY)]).toEqual([scale.beyond, scale.beyond]);
    expect(scale.beyond).toBeLessThan(highest);
  });

  test('has some ticks for any values: none, one, three hundred decades', () => {
    for (const values of [[], [1], [1e-300, 1e300], new Array(200_000).fill(2)]) {
      const { ticks, y, zero } = logScale(values, 0, 200);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThan(11);
      expect(y(1e-320)).toBeLessThan(zero);
    }
  });
});

describe('the colours', () => {
  /** Relative luminance and contrast: WCAG 2.2, definitions. */
  const luminance = (hex: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const contrast = (a: string, b: string): number => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light! + 0.05) / (dark! + 0.05);
  };
  const themes = [...STYLE.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) =>
    Object.fromEntries([...body!.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name!, value!])),
  );

  test('are three sets of the same names: light, dark, paper', () => {
    expect(themes).toHaveLength(3);
    for (const theme of themes) expect(Object.keys(theme)).toEqual(Object.keys(themes[0]!));
    expect(STYLE).toContain('@media (prefers-color-scheme: dark) { :root {');
    expect(STYLE).toContain('@media print { :root {');
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6);
  });

  test('can be read: text at 4.5 to 1, marks at 3 to 1', () => {
    for (const theme of themes) {
      for (const ground of ['page', 'panel']) {
        for (const text of ['text', 'quiet', 'link', 'pass', 'fail', 'undecided']) {
          expect(contrast(theme[text]!, theme[ground]!), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
        }
      }
      for (const level of ['exact', 'quarter', 'half', 'whole', 'fault']) {
        expect(contrast(theme[`on-${level}`]!, theme[level]!), level).toBeGreaterThanOrEqual(4.5);
      }
      for (const mark of ['dot', 'limit', 'fault']) {
        expect(contrast(theme[mark]!, theme.page!), mark).toBeGreaterThanOrEqual(3);
      }
    }
  });
});
