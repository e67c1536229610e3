// The pages for users, held against the program: links lead somewhere, every error tag and every flag has its row.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../src/cli/program.js';

const root = join(import.meta.dirname, '..');
const COMMANDS = ['port', 'inspect', 'convert', 'verify', 'predict', 'bench', 'diff', 'make-reference'];

const read = (name: string): string => readFileSync(join(root, name), 'utf8');

/** Markdown files of a folder, named from the root. */
function pagesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));
  return names.map((name) => join(folder, name));
}

const PAGES = [...pagesIn('.'), ...pagesIn('docs'), ...pagesIn('fixtures/keras')];

/** Text outside code: fences and spans hold no links and no headings. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');

/** Targets of a page's links that are no addresses. */
function relativeLinks(page: string): string[] {
  const targets = [...prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** A heading's anchor, as GitHub makes it. */
function anchorsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Why a link leads nowhere; `undefined` when it leads somewhere. */
function brokenLink(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(target)) return `${page}: ${link}: no such file`;
  const missing = anchor !== undefined && !anchorsOf(target).includes(anchor);
  return missing ? `${page}: ${link}: ${relative(root, target)} has no such heading` : undefined;
}

describe('links', () => {
  test('to files and headings lead there', () => {
    const broken = PAGES.flatMap((page) => relativeLinks(page).flatMap((link) => brokenLink(page, link) ?? []));
    expect(broken).toEqual([]);
  });

  test('are found, and those that lead nowhere told', () => {
    expect(relativeLinks('README.md')).toContain('docs/commands.md');
    expect(brokenLink('README.md', 'docs/gone.md')).toContain('no such file');
    expect(brokenLink('README.md', 'docs/commands.md#gone')).toContain('docs/commands.md has no such heading');
    expect(brokenLink('docs/commands.md', 'formats.md#layer-names')).toBeUndefined();
  });

  test('from the README reach every page of docs', () => {
    const reached = new Set<string>();
    const visit = (page: string): void => {
      if (reached.has(page) || !page.endsWith('.md') || !existsSync(join(root, page))) return;
      reached.add(page);
      for (const link of relativeLinks(page)) visit(join(dirname(page), link.split('#')[0]!));
    };
    visit('README.md');
    expect(pagesIn('docs').filter((page) => !reached.has(page))).toEqual([]);
  });
});

/** First cells of a page's tables whose content is one code span. */
const firstCells = (page: string): string[] => [...read(page).matchAll(/^\| `(\w+)` \|/gm)].map(([, cell]) => cell!);

/** Every tag in the source, with whose turn it is, which decides the exit code. */
function tagsInSource(): Map<string, 'usage' | 'undecided' | 'file'> {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  const tags = new Map<string, 'usage' | 'undecided' | 'file'>();
  for (const file of files) {
    const classes = read(join('src', file)).split(/^export (?:abstract )?class /m);
    for (const text of classes) {
      const tag = /readonly tag(?:: string)? = '(\w+)'/.exec(text)?.[1];
      // Those that extend UsageError inherit its kind.
      const kind = /readonly kind = '(usage|undecided|file)'/.exec(text)?.[1] ?? 'usage';
      if (tag !== undefined) tags.set(tag, kind as 'usage');
    }
  }
  return tags;
}

describe('docs/errors.md', () => {
  const tags = tagsInSource();
  const documented = firstCells('docs/errors.md').filter((cell) => !['usage', 'undecided', 'file'].includes(cell));

  test('has every tag in the source once, and no other', () => {
    expect(tags.size).toBeGreaterThan(50);
    expect([...documented].sort()).toEqual([...tags.keys()].sort());
  });

  test('gives every tag the exit code of its kind', () => {
    const rows = new Map(
      [...read('docs/errors.md').matchAll(/^\| `(\w+)` \|.*\| (\d) \| [^|]+\|$/gm)].map(([, tag, code]) => [
        tag!,
        code!,
      ]),
    );
    for (const [tag, kind] of tags) expect([tag, rows.get(tag)]).toEqual([tag, kind === 'file' ? '3' : '2']);
  });
});

async function flagsOf(command: string): Promise<string[]> {
  let help = '';
  const out = (text: string): void => {
    help += text;
  };
  await run([command, '--help'], { out, err: out, interactive: false, color: false });
  return [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag!);
}

/** Flags in the tables under a heading. */
function flagRows(heading: string): string[] {
  const sections = read('docs/commands.md').split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| (?:`-\w`, )?`(--[a-z-]+)/gm)].map(([, flag]) => flag!);
}

describe('docs/commands.md', () => {
  test.each(COMMANDS)('has every flag of %s, and no other', async (command) => {
    const shared = command === 'diff' ? [] : flagRows('Settings');
    const documented = [...flagRows(command), ...shared, ...flagRows('Flags that all commands share')];
    const flags = await flagsOf(command);
    expect(flags).toContain('--json');
    expect(documented.sort()).toEqual(flags.sort());
  });
});

describe('docs/json.md', () => {
  test('names the schema of every command, and of errors', () => {
    for (const name of [...COMMANDS, 'self-check', 'self-test', 'error']) {
      expect(read('docs/json.md')).toContain(`\`shuffleport/${name}\``);
      expect(anchorsOf(join(root, 'docs/json.md'))).toContain(name);
    }
  });
});
