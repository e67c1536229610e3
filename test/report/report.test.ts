// Reports as people and machines read them, from results written out by hand.
import { describe, expect, test } from 'vitest';
import { githubReports } from '../../src/report/github.js';
import { verifyHtml } from '../../src/report/html.js';
import { inspectText } from '../../src/report/inspect.js';
import { SCHEMA_VERSION, toJson } from '../../src/report/json.js';
import { verifyJunit } from '../../src/report/junit.js';
import { verifyMarkdown } from '../../src/report/markdown.js';
import { diffText, predictText } from '../../src/report/others.js';
import { describeConfig, describeNotes } from '../../src/report/settings.js';
import { markdownTable, textTable } from '../../src/report/table.js';
import { verifyText } from '../../src/report/verify.js';
import { verdictWords } from '../../src/report/verify-facts.js';
import type { PredictResult } from '../../src/results/predict.js';
import type { VerifyResult } from '../../src/results/verify.js';
import { CONFIG, topOneImage, verdict, verified } from './results.js';

/** A name that would clear a terminal. */
const HOSTILE = 'evil\u001b[2J';

describe('a table', () => {
  const columns = [{ title: 'layer' }, { title: 'n', align: 'right' }, { title: 'end' }] as const;
  const rows = [
    ['conv1', '162', 'x'],
    ['a|b', '5', ''],
  ];

  test('for a terminal is set in columns, without blanks at the ends of lines', () => {
    expect(textTable(columns, rows).split('\n')).toEqual([
      'layer    n  end', //
      'conv1  162  x',
      'a|b      5',
    ]);
  });

  test('without rows is its titles', () => {
    expect(textTable(columns, [])).toBe('layer  n  end');
  });

  test('in Markdown has a rule that aligns, and escapes what would end a cell', () => {
    expect(markdownTable(columns, rows).split('\n')).toEqual([
      '| layer | n | end |',
      '| --- | ---: | --- |',
      '| conv1 | 162 | x |',
      '| a\\|b | 5 |  |',
    ]);
  });
});

describe('JSON', () => {
  test('names its schema and its version first, then the result', () => {
    const parsed = JSON.parse(toJson('diff', { same: true, at: [1, 2] }));
    expect(parsed).toEqual({ schema: 'shuffleport/diff', schemaVersion: SCHEMA_VERSION, same: true, at: [1, 2] });
    expect(Object.keys(parsed).slice(0, 2)).toEqual(['schema', 'schemaVersion']);
  });

  test('keeps numbers that JSON lacks as text, however deep', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.5, null];
    expect(JSON.parse(toJson('verify', { layers: [{ values }] })).layers[0].values).toEqual([
      'NaN',
      'Infinity',
      '-Infinity',
      1.5,
      null,
    ]);
  });
});

describe('settings', () => {
  test('are one line', () => {
    expect(describeConfig(CONFIG)).toBe(
      'ShuffleNet v1, groups 3, scale 0.25, bottleneck ratio 0.5, units 1,2, 10 classes, avg pooling, input (32, None, 3)',
    );
  });

  test('tell what is unusual', () => {
    const revision = { convBias: true, firstGconv2Grouped: true, bottleneckFrom: 'out-in' } as const;
    const text = describeConfig({ ...CONFIG, includeTop: false, pooling: null, slices: 'last', revision });
    expect(text).toBe(
      [
        'ShuffleNet v1, groups 3, scale 0.25, bottleneck ratio 0.5, units 1,2, no top, pooling not known',
        'input (32, None, 3), every group reads the last slice, convolutions with bias',
        "stage 2's first unit grouped, bottleneck from output - input",
      ].join(', '),
    );
  });

  test('are followed by notes, one a line', () => {
    const notes = [
      { id: 'a', text: 'One.' },
      { id: 'b', text: 'Two.' },
    ];
    expect(describeNotes(notes)).toEqual(['note: One.', 'note: Two.']);
  });
});

describe('what inspect says', () => {
  const weight = { name: 'kernel:0', role: 'kernel', shape: [3, 3, 3, 60], dtype: 'float32' };
  const result = {
    file: { name: 'weights.h5', bytes: 526_760 },
    container: 'keras-hdf5-weights',
    kerasVersion: '2.1.6',
    backend: 'tensorflow',
    scheme: 'article',
    config: CONFIG,
    layers: [
      { name: 'input_1', weights: [] },
      { name: 'stage2/conv', weights: [weight, { name: 'extra', role: null, shape: [60], dtype: 'float16' }] },
      { name: 'stage2/dw', weights: [{ ...weight, role: 'depthwise_kernel', fault: 'It is gone.' }] },
      { name: 'fc', weights: [weight] },
    ],
    totals: { layers: 4, weightedLayers: 3, weights: 4, parameters: 3300, macs: 2_460_000 },
    notes: [{ id: 'n', text: 'A note.' }],
  };

  test('is the file, its settings, its layers, its totals and its notes', () => {
    expect(inspectText(result).split('\n')).toEqual([
      'weights.h5: keras-hdf5-weights, Keras 2.1.6, tensorflow, 526.8 kB',
      `${describeConfig(CONFIG)}; names: article`,
      '',
      'layer        weight            shape          dtype    parameters',
      'stage2/conv  kernel            (3, 3, 3, 60)  float32       1,620',
      '             extra             (60,)          float16          60',
      'stage2/dw    depthwise_kernel  (3, 3, 3, 60)  float32  unreadable',
      'fc           kernel            (3, 3, 3, 60)  float32       1,620',
      '',
      '4 layers, 3 with weights; 4 weights, 3,300 parameters, 2.5 M multiply-adds',
      'note: A note.',
    ]);
  });

  test('may be a tree, with layers under the parts of their names', () => {
    const lines = inspectText(result, 'tree').split('\n');
    expect(lines.slice(3, 11)).toEqual([
      'stage2',
      '  conv',
      '    kernel (3, 3, 3, 60) float32',
      '    extra (60,) float16',
      '  dw',
      '    depthwise_kernel (3, 3, 3, 60) float32',
      'fc',
      '  kernel (3, 3, 3, 60) float32',
    ]);
  });

  test('may be Markdown', () => {
    const text = inspectText(result, 'markdown');
    expect(text).toContain('| layer | weight | shape | dtype | parameters |\n| --- | --- | --- | --- | ---: |');
    expect(text).toContain('| stage2/conv | kernel | (3, 3, 3, 60) | float32 | 1,620 |');
  });

  test('has columns for the numbers of weights that were read', () => {
    const stats = { min: -0.123456, max: 12.5, mean: 1e-9, std: null, zeros: 3, nonFinite: 1 };
    const text = inspectText({ ...result, layers: [{ name: 'a', weights: [{ ...weight, stats }, weight] }] });
    const [titles, first, second] = text.split('\n').slice(3);
    expect(titles!.split(/ {2,}/).slice(5)).toEqual(['min', 'max', 'mean', 'std', 'zeros', 'not finite']);
    expect(first!.trim().split(/ {2,}/)).toEqual([
      'a',
      'kernel',
      '(3, 3, 3, 60)',
      'float32',
      '1,620',
      '-0.1235',
      '12.5',
      '1e-9',
      '3',
      '1',
    ]);
    expect(second!.trim().split(/ {2,}/)).toEqual(['kernel', '(3, 3, 3, 60)', 'float32', '1,620']);
  });

  test('says so when the file is of another network, without a version, without weights', () => {
    const nothing = { config: null, scheme: null, kerasVersion: null, backend: null, layers: [] };
    const other = { ...result, ...nothing, notes: [{ id: 'NotShuffleNet', text: 'It is another.' }] };
    const text = inspectText({ ...other, totals: { ...result.totals, macs: null } });
    expect(text.split('\n')).toEqual([
      'weights.h5: keras-hdf5-weights, Keras version not stated, 526.8 kB',
      "not a checkpoint of the article's ShuffleNet",
      '',
      'no weights',
      '',
      '4 layers, 3 with weights; 4 weights, 3,300 parameters',
      'note: It is another.',
    ]);
  });

  test.each([
    ['NotShuffleNet', "not a checkpoint of the article's ShuffleNet"],
    ['NoLayers', "not a checkpoint of the article's ShuffleNet"],
    ['GroupsConflict', 'network: see the notes'],
    ['OrderMismatch', 'network: see the notes'],
  ])('says what the note %s lets it say of a network without settings', (id, headline) => {
    const notes = [
      { id: 'lambda-layers', text: 'One.' },
      { id, text: 'Two.' },
    ];
    expect(inspectText({ ...result, config: null, scheme: null, notes }).split('\n')[1]).toBe(headline);
  });

  test.each(['table', 'tree', 'markdown'] as const)('is safe to print whatever the file says: %s', (format) => {
    const hostile = {
      ...result,
      file: { name: HOSTILE, bytes: 1 },
      kerasVersion: HOSTILE,
      backend: HOSTILE,
      layers: [{ name: `a/${HOSTILE}`, weights: [{ ...weight, role: null, name: HOSTILE }] }],
    };
    const text = inspectText(hostile, format);
    expect(text).not.toContain('\u001b');
    expect(text.match(/evil\\u001b/g)).toHaveLength(5);
  });
});

describe('what verify says', () => {
  test('is the verdict, what was compared, and how the pooling was decided', () => {
    expect(verifyText(verified([verdict('conv1', 1e-7), verdict('fc', 3e-7)])).split('\n')).toEqual([
      'PASS weights.h5: 2 layers compared, at most 25 % of what float32 may be off by (conv1)',
      describeConfig(CONFIG),
      'pooling: avg (as stated)',
      'slices: every group reads its own slice (the default: the weights do not tell)',
    ]);
  });

  test('tells a search that stopped at its limit from one that found nothing, in every report', () => {
    const failing = verified([verdict('conv1', 1, true)]);
    const stopped = { state: 'stopped', tried: 12, of: 41 } as const;
    const result = { ...failing, firstFailure: { ...failing.firstFailure!, causeSearch: stopped } };
    const words =
      "no known cause found within the limit on the search's work (12 of 41 causes tried; --all-causes tries all)";
    expect(verifyText(result)).toContain(`\n  cause: ${words}\n`);
    expect(verifyText(failing)).toContain('\n  cause: no known cause\n');
    expect(verifyMarkdown(result)).toContain(`**Cause:** ${words}`);
    expect(verifyMarkdown(failing)).toContain('**Cause:** no known cause\n');
    const inMarkup = words.replace("'", '&#39;');
    expect(verifyHtml(result)).toContain(`<p>N${inMarkup.slice(1)}.</p>`);
    expect(verifyHtml(failing)).toContain('<p>No known cause.</p>');
    expect(verifyJunit(result)).toContain(`cause: ${inMarkup}\n`);
    expect(githubReports(result, { GITHUB_ACTIONS: 'true' })!.annotations).toContain(`cause: ${words}`);
  });

  test('names a comparison that allows for the rounding of stored weights', () => {
    const unroundedWeights = { formats: ['float16', 'bfloat16'], layers: ['fc'] };
    const result = verified([verdict('conv1', 1e-7)], { unroundedWeights });
    expect(verifyText(result).split('\n')[0]).toBe(
      'PASS weights.h5: reference used unrounded weights, 1 layer compared, at most 25 % of what float32 and weights stored in float16 and bfloat16 may be off by (conv1)',
    );
    expect(verdictWords(result)).toBe(
      'Every layer compared is within what float32 and weights stored in float16 and bfloat16 may be off by (reference used unrounded weights).',
    );
    for (const report of [verifyMarkdown(result), verifyHtml(result), verifyJunit(result)]) {
      expect(report).toContain('reference used unrounded weights');
    }
    expect(verifyJunit(result)).toContain('<property name="weights" value="reference used unrounded weights"/>');
  });

  test.each([
    [[topOneImage(), topOneImage()], '2 of 2 images certain, as recorded'],
    [[topOneImage({ recorded: null, agrees: null })], '1 of 1 image certain'],
    [
      [topOneImage({ recorded: 3, agrees: false }), topOneImage({ margin: 1e-6, certain: false })],
      '1 of 2 images certain; the class could change in image 1 (7 or 2, logits 1.0e-6 apart, sigma 2.0e-7); recorded otherwise: image 0 (7, recorded 3)',
    ],
  ])('tells in how many images the class is certain: %#', (images, words) => {
    const text = verifyText({ ...verified([verdict('fc', 0)]), topOne: { layer: 'fc', images } });
    expect(text.split('\n').at(-1)).toBe(`top-1: ${words}`);
  });

  test.each<[VerifyResult['slices']['source'], 'own' | 'last', 'own' | 'last' | 'undecided', number, string[]]>([
    ['weights', 'last', 'last', 5, ['slices: every group reads the last slice (as the weights tell). Why.']],
    ['flag', 'own', 'undecided', 5, ['slices: every group reads its own slice (as stated).']],
    [
      'flag',
      'own',
      'last',
      5,
      ['slices: every group reads its own slice (as stated; the weights tell otherwise). Why.'],
    ],
    ['metadata', 'own', 'own', 5, ['slices: every group reads its own slice (as stated at conversion).']],
    ['default', 'own', 'undecided', 0, []],
  ])('tells of slices who decided: %s, %s, weights %s, %i layers', (source, decision, weights, layers, lines) => {
    const result = verified([verdict('conv1', 0)]);
    const slices = { decision, source, evidence: { ...result.slices.evidence, weights, layers, words: 'Why.' } };
    const text = verifyText({ ...result, slices }).split('\n');
    expect(text.filter((line) => line.startsWith('slices'))).toEqual(lines);
  });

  test('of a failure is the first wrong layer, why, and those that follow', () => {
    const layers = [verdict('conv1', 1e-7), verdict('add', 0.5, true), verdict('fc', null, true)];
    expect(verifyText(verified(layers)).split('\n')).toEqual([
      'FAIL weights.h5: 2 of 3 layers at fault, the others off by at most 25 % of what float32 may be off by (conv1)',
      describeConfig(CONFIG),
      'pooling: avg (as stated)',
      'slices: every group reads its own slice (the default: the weights do not tell)',
      '',
      'first layer at fault: add',
      '  add is wrong',
      '  cause: no known cause',
      '',
      'layer  verdict  own error  of bound  inherited  of 12 sigma',
      'add    fail        4.0e+0  1.0e+2 x     1.0e+0         25 x',
      'fc     fail             -         -          -            -',
    ]);
  });

  test.each([
    ['PASS weights.h5: 1 layer compared, equal in every value', [verdict('conv1', 0)]],
    ['FAIL weights.h5: 1 of 2 layers at fault, the others exact', [verdict('conv1', 0), verdict('fc', 1, true)]],
    ['FAIL weights.h5: 1 of 1 layer at fault', [verdict('fc', 1, true)]],
    ['FAIL weights.h5: 1 of 1 layer at fault', [verdict('fc', null, true)]],
  ])('in one line: %s', (line, layers) => {
    expect(verifyText(verified(layers)).split('\n')[0]).toBe(line);
  });

  test('names a tolerance that decided', () => {
    const [line] = verifyText(verified([verdict('conv1', 1e-7), verdict('fc', 3e-7)], { tolerance: 1e-5 })).split('\n');
    expect(line).toBe(
      "PASS weights.h5: 2 layers compared, largest error 3.0e-7 of the layer's largest value (by the stated tolerance 1e-5, not by bounds)",
    );
  });

  test.each([
    [0, 'exact'],
    [0.001, '< 1 %'],
    [0.426, '43 %'],
    [1.5, '1.5 x'],
    [Number.POSITIVE_INFINITY, 'no bound'],
  ])('of a budget of %d is "%s"', (budget, words) => {
    const layer = verdict('conv1', 1e-7);
    const text = verifyText(verified([{ ...layer, own: { ...layer.own!, budget } }]), { all: true });
    expect(text.split('\n').at(-1)).toMatch(new RegExp(`^conv1 +pass +8.0e-7 +${words} +2.0e-7 +6 %$`));
  });

  test('lists ten wrong layers, or every layer when asked', () => {
    const layers = Array.from({ length: 14 }, (_, i) => verdict(`layer${i}`, 1, i > 1));
    const table = (all: boolean) =>
      verifyText(verified(layers), { all })
        .split('\n')
        .filter((line) => /^layer\d/.test(line));
    expect(table(false)).toHaveLength(10);
    expect(table(false)[0]).toMatch(/^layer2 +fail/);
    expect(table(true)).toHaveLength(14);
  });

  test('of two poolings that fit is the question', () => {
    const text = verifyText(
      verified([verdict('conv1', 0)], { verdict: 'undecided', pooling: { decision: null, source: 'none' } }),
    );
    expect(text).toMatch(/^UNDECIDED weights.h5: 1 layer compared/);
    expect(text).toContain('pooling: max and avg fit equally well');
    expect(text).toContain('say --pooling');
  });

  test.each([
    ['config', "max (from the file's architecture)"],
    ['metadata', 'max (from the conversion)'],
    ['reference', 'max (found by trying both)'],
  ] as const)('names who decided the pooling: %s', (source, words) => {
    const text = verifyText(verified([verdict('conv1', 0)], { pooling: { decision: 'max', source } }));
    expect(text).toContain(`pooling: ${words}`);
  });

  test('lists what was not compared and what lies outside, safe to print, and notes', () => {
    const text = verifyText(
      verified([verdict('conv1', 0)], {
        source: { name: HOSTILE, bytes: 1 },
        pooling: { decision: null, source: 'none' },
        notCompared: [HOSTILE, 'b'],
        otherLayers: [HOSTILE],
        notes: [{ id: 'n', text: 'A note.' }],
      }),
    );
    expect(text).not.toContain('\u001b');
    expect(text.split('\n').slice(2)).toEqual([
      'pooling: none (not known)',
      'slices: every group reads its own slice (the default: the weights do not tell)',
      'not compared: evil\\u001b[2J, b (no layer of that name)',
      'outside the network: evil\\u001b[2J',
      'note: A note.',
    ]);
  });
});

describe('what predict says', () => {
  const result: PredictResult = {
    source: { name: 'weights.h5', bytes: 1 },
    input: { name: 'cat.png', bytes: 1, shape: [1, 32, 32, 3], preprocess: 'tf' },
    config: CONFIG,
    executor: 'evaluator',
    output: 'softmax',
    shape: [1, 10],
    predictions: [
      {
        classes: [
          { index: 3, label: 'cat', probability: 0.9 },
          { index: 7, label: null, probability: 0.05125 },
        ],
      },
    ],
  };

  test('is the classes of a picture, in percent, by label or number', () => {
    expect(predictText(result).split('\n')).toEqual(['cat.png:', '   90.00 %  cat', '    5.13 %  class 7']);
  });

  test('numbers the images of a batch, and shows how features begin', () => {
    const features = [1, 2.5, 1 / 3, 4, 5, 6];
    const batch = {
      ...result,
      output: 'global_pool',
      shape: [2, 6],
      predictions: Array(2).fill({ classes: [], features }),
    };
    expect(predictText(batch).split('\n')).toEqual([
      'cat.png, image 0:',
      '  global_pool (6,): 1.0000, 2.5000, 0.33333, 4.0000, 5.0000, …',
      'cat.png, image 1:',
      '  global_pool (6,): 1.0000, 2.5000, 0.33333, 4.0000, 5.0000, …',
    ]);
  });

  test('is safe to print whatever the labels say', () => {
    const classes = [{ index: 0, label: HOSTILE, probability: 1 }];
    expect(predictText({ ...result, predictions: [{ classes }] })).not.toContain('\u001b');
  });
});

describe('what diff says', () => {
  const [a, b] = [
    { name: 'a.h5', bytes: 1 },
    { name: 'b.h5', bytes: 2 },
  ];

  test('of equal files is how much they share', () => {
    expect(diffText({ a, b, same: true, equal: 113, differences: [] })).toBe(
      'a.h5 and b.h5 hold the same 113 weights.',
    );
  });

  test('of others is one line a difference', () => {
    const at = { layer: 'fc', weight: 'bias' };
    const text = diffText({
      a,
      b,
      same: false,
      equal: 1,
      differences: [
        { kind: 'only-in-a', ...at, shape: [10] },
        { kind: 'only-in-b', layer: HOSTILE, weight: HOSTILE, shape: [3, 3] },
        { kind: 'shape', ...at, a: [10], b: [7] },
        { kind: 'values', ...at, count: 1234, maxAbsDifference: 0.0123456, at: [1, 2] },
        { kind: 'unreadable', ...at, file: 'b', reason: 'It is gone.' },
      ],
    });
    expect(text.split('\n')).toEqual([
      'a.h5 and b.h5 differ: 5 differences, 1 equal weight.',
      '- fc bias (10,)',
      '+ evil\\u001b[2J evil\\u001b[2J (3, 3)',
      '~ fc bias (10,) -> (7,)',
      '~ fc bias 1,234 values differ, by up to 0.0123 at [1, 2]',
      '? fc bias cannot be read in b: It is gone.',
    ]);
  });
});
