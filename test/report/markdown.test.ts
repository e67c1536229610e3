// Markdown: the answer first, the worst layers, and names that stay names.
import { describe, expect, test } from 'vitest';
import { escapeMarkdown, markdownCode } from '../../src/report/escape.js';
import { verifyMarkdown } from '../../src/report/markdown.js';
import { describeConfig } from '../../src/report/settings.js';
import { HOSTILE, hostileResult } from './hostile.js';
import { CONFIG, topOneImage, verdict, verified } from './results.js';

const rowsOf = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('| `'));

describe('Markdown', () => {
  test('says that all is well, against what, and by which bound', () => {
    const text = verifyMarkdown(verified([verdict('conv1', 1e-7), verdict('fc', 0)]));
    expect(text.split('\n')).toEqual([
      '### ✅ PASS: `weights.h5`',
      '',
      'Every layer compared is within what float32 may be off by. 2 layers compared, against `reference.npz`.',
      '',
      '| layer | verdict | own error | of bound | free run | of 12 sigma |',
      '| --- | --- | ---: | ---: | ---: | ---: |',
      '| `conv1` | pass | 8.0e-7 | 25 % | 1.0e-6 | 6 % |',
      '| `fc` | pass | 0 | exact | 0 | 6 % |',
      '',
      `<sub>${describeConfig(CONFIG)}</sub>`,
      '',
    ]);
  });

  test('says of a failure where, why, the cause and what to do', () => {
    const base = verified([verdict('conv1', 1e-7), verdict('add', 0.5, true)]);
    const cause = { id: 'slices', words: 'The slices differ.', fix: 'Say --slices last.' };
    const text = verifyMarkdown({ ...base, firstFailure: { ...base.firstFailure!, cause } });
    expect(text.split('\n').slice(0, 9)).toEqual([
      '### ❌ FAIL: `weights.h5`',
      '',
      'Not every layer is within what float32 may be off by. 1 of 2 layers at fault, against `reference.npz`.',
      '',
      '**First layer at fault:** `add`  ',
      'add is wrong',
      '',
      '**Cause:** The slices differ.  ',
      '**Fix:** Say --slices last.',
    ]);
    expect(verifyMarkdown(base)).toContain('**Cause:** no known cause');
  });

  test('asks what is undecided, and says which tolerance was stated', () => {
    const open = verified([verdict('conv1', 0)], { verdict: 'undecided' });
    expect(verifyMarkdown(open)).toMatch(
      /^### ❔ UNDECIDED: .*\n\nMax and average pooling fit equally well.*--pooling/,
    );
    expect(verifyMarkdown(verified([verdict('conv1', 0)], { tolerance: 1e-5 }))).toContain(
      'the stated tolerance 1e-5.',
    );
  });

  test('lists twenty layers, the worst first, those at fault before all others, and counts the rest', () => {
    const budget = (layer: string, share: number, fails = false) => {
      const made = verdict(layer, 1e-7, fails);
      return { ...made, own: { ...made.own!, budget: share } };
    };
    const layers = [
      budget('exact', 0),
      ...Array.from({ length: 20 }, (_, i) => budget(`pass${i}`, (i + 1) / 100)),
      budget('broken', Number.NaN, true),
      verdict('shape', null, true),
      budget('fault', 0.001, true),
    ];
    const text = verifyMarkdown(verified(layers));
    const names = rowsOf(text).map((row) => /`(\w+)`/.exec(row)![1]);
    expect(names).toEqual(['broken', 'shape', 'fault', ...Array.from({ length: 17 }, (_, i) => `pass${19 - i}`)]);
    expect(text).toContain('and 4 layers more, which use no more of their bounds');
    expect(rowsOf(text)[1]).toBe('| `shape` | **fail** | - | - | - | - |');
  });

  test('ranks by the relative error where a tolerance was stated', () => {
    const layers = [verdict('small', 1e-9), verdict('none', 0), verdict('large', 1e-7)];
    for (const tolerance of [1e-5, 0]) {
      const rows = rowsOf(verifyMarkdown(verified(layers, { tolerance })));
      expect(rows.at(-1)).toContain('`none`');
      if (tolerance > 0) expect(rows[0]).toContain('`large`');
    }
  });

  test('says what was left out, what was noted, and what moved', () => {
    const moved = Array.from(
      { length: 22 },
      (_, i) => ({ kind: 'setting', what: `s${i}`, before: '1', after: '2' }) as const,
    );
    const text = verifyMarkdown({
      ...verified([verdict('conv1', 0)]),
      notCompared: Array.from({ length: 23 }, (_, i) => `k${i}`),
      otherLayers: ['head'],
      notes: [{ id: 'n', text: 'A note.' }],
      against: { name: 'old.json', holds: false, moved },
    });
    expect(text).toContain('**The earlier verification no longer holds.** (`old.json`)\n\n- setting s0: 1 -\\> 2\n');
    expect(text).toContain('- setting s19: 1 -\\> 2\n- and 2 more\n');
    expect(text).toContain('Not compared, no layer of that name: `k0`, ');
    expect(text).toContain('`k19` and 3 more');
    expect(text).toContain('Outside the network: `head`');
    expect(text).toContain('\n- A note.\n');
    const held = { ...verified([verdict('conv1', 0)]), against: { name: 'old.json', holds: true, moved: [] } };
    expect(verifyMarkdown(held)).toContain('**The earlier verification still holds.** (`old.json`)\n\n|');
  });

  test('says in how many images the first class is certain', () => {
    const topOne = { layer: 'fc', images: [topOneImage()] };
    expect(verifyMarkdown(verified([verdict('fc', 0)], { topOne }))).toContain(
      '\n\nTop-1: 1 of 1 image certain, as recorded.\n\n',
    );
  });

  test('keeps hostile text in its place: no markup, no mention, no link, no cell more, no line more', () => {
    const text = verifyMarkdown(hostileResult());
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\ufffe]|\p{Cs}/u);
    expect(text.split('\n').filter((line) => line.startsWith('::'))).toEqual([]);
    for (const row of rowsOf(text)) expect(row.match(/(?<!\\)\|/g)).toHaveLength(7);
    expect(rowsOf(text)).toHaveLength(3);
    // Outside code, nothing of it is left that Markdown or GitHub reads.
    const prose = text.replace(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, '').replaceAll('<!-- -->', '\u0000');
    expect(prose).not.toMatch(/(?<!\\)<(?!\/?sub>)|@\w|#\d|:\/\/|(?<!\\)\[/);
  });
});

describe('a piece of text for Markdown', () => {
  test('has what Markdown reads escaped', () => {
    expect(escapeMarkdown('a_b *c* [d](e) <f> `g` | \\ & ~h~ $i$')).toBe(
      'a\\_b \\*c\\* \\[d\\](e) \\<f\\> \\`g\\` \\| \\\\ \\& \\~h\\~ \\$i\\$',
    );
    expect(escapeMarkdown('@user #12 https://a www.b')).toBe(
      '@<!-- -->user #<!-- -->12 https:/<!-- -->/a www<!-- -->.b',
    );
    expect(escapeMarkdown('a\nb\u001b\u200b\u{e0001}')).toBe('a\\\\u000ab\\\\u001b\\\\u200b\\\\u{e0001}');
  });

  test('is code when it is a name, with as many ticks as it takes', () => {
    expect(markdownCode('a_b')).toBe('`a_b`');
    expect(markdownCode('a`b``c')).toBe('``` a`b``c ```');
    expect(markdownCode('a|b')).toBe('`a\\u007cb`');
    expect(markdownCode(' ')).toBe('(no name)');
  });

  test('is cut when it is long', () => {
    expect(escapeMarkdown('a'.repeat(1e6))).toBe(`${'a'.repeat(2000)}…`);
    expect(HOSTILE.length).toBeLessThan(2000);
  });
});
