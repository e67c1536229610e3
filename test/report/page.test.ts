// index.html of the folder that `port` writes: its policy, its labels, and nothing from elsewhere.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { RECIPES } from '../../src/image/recipes.js';
import { demoPage } from '../../src/report/page.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
const page = demoPage({ title: 'A <network>', script: "f('</script><!--');", sha256 });

/** What stands between two tags. */
const within = (tag: string): string => new RegExp(`<${tag}[^>]*>(.*?)</${tag}>`, 's').exec(page)![1]!;

describe('the page', () => {
  test('lets its own script and style be, by their hashes, and files beside it, and nothing else', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!;
    expect(policy.split('; ')).toEqual([
      "default-src 'self'",
      `script-src 'self' 'wasm-unsafe-eval' 'sha256-${sha256(within('script'))}'`,
      `style-src 'sha256-${sha256(within('style'))}'`,
      "img-src 'self' data:",
      "worker-src 'self' blob:",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<style/g)).toHaveLength(1);
    expect(page).not.toMatch(/ style=| on\w+=/);
  });

  test('names no other place', () => {
    expect(page).not.toMatch(/https?:|\/\/[a-z]|src="|url\(/);
  });

  test('keeps its title text, and its script whole', () => {
    expect(within('title')).toBe('A &lt;network&gt;');
    expect(within('script')).toBe("\nf('<\\/script><\\!--');\n");
  });

  test('labels every control, and offers every recipe', () => {
    const controls = [...page.matchAll(/<(?:input|select) id="(\w+)"/g)].map(([, id]) => id);
    expect(controls).toEqual(['picture', 'recipe', 'size']);
    for (const id of controls) expect(page).toContain(`<label for="${id}">`);
    const offered = [...page.matchAll(/<option value="(\w*)">/g)].map(([, value]) => value);
    expect(offered).toEqual(['', ...RECIPES]);
  });

  test('has every element that its script asks for', () => {
    for (const id of ['status', 'controls', 'recipe-row', 'size-row', 'shown', 'result', 'classes', 'times']) {
      expect(page.match(new RegExp(` id="${id}"`, 'g')), id).toHaveLength(1);
    }
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('role="status"');
    expect(page).toContain('<noscript>');
  });
});
