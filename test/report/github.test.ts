// Workflow commands as GitHub's runner reads them, and where the summary goes.
import { describe, expect, test } from 'vitest';
import { githubReports } from '../../src/report/github.js';
import { verifyMarkdown } from '../../src/report/markdown.js';
import { hostileResult } from './hostile.js';
import { verdict, verified } from './results.js';

const ACTIONS = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/tmp/summary' };

const failing = verified([verdict('conv1', 1e-7), verdict('add', 0.5, true), verdict('fc', null, true)]);

/** Reads a line as the runner does (actions/runner, ActionCommand.cs): properties by commas, then what was escaped. */
function parsed(line: string): { command: string; title: string; message: string } {
  const [, command, properties, message] = /^::(\w+) ([^\n]*?)::([^\n]*)$/.exec(line)!;
  const pairs = properties!.split(',').map((pair) => pair.split('='));
  const back = (text: string, codes: Record<string, string>): string =>
    text.replace(/%(0D|0A|3A|2C|25)/g, (all, code: string) => codes[code] ?? all);
  const data = { '0D': '\r', '0A': '\n', 25: '%' };
  expect(pairs).toHaveLength(1);
  expect(pairs[0]![0]).toBe('title');
  const title = back(pairs[0]!.slice(1).join('='), { ...data, '3A': ':', '2C': ',' });
  return { command: command!, title, message: back(message!, data) };
}

const annotations = (result: Parameters<typeof githubReports>[0]): ReturnType<typeof parsed>[] =>
  githubReports(result, ACTIONS)!
    .annotations.split(/(?<=\n)/)
    .filter((line) => line !== '')
    .map((line) => parsed(line.replace(/\n$/, '')));

describe('reports for GitHub', () => {
  test('are made in Actions alone', () => {
    expect(githubReports(failing, {})).toBeUndefined();
    expect(githubReports(failing, { ...ACTIONS, GITHUB_ACTIONS: 'false' })).toBeUndefined();
    expect(githubReports(failing, ACTIONS)!.summaryPath).toBe('/tmp/summary');
    expect(githubReports(failing, { GITHUB_ACTIONS: 'true' })).not.toHaveProperty('summaryPath');
    expect(githubReports(failing, { ...ACTIONS, GITHUB_STEP_SUMMARY: '' })).not.toHaveProperty('summaryPath');
  });

  test('are silent when all is well, but for the summary', () => {
    const passing = verified([verdict('conv1', 1e-7)]);
    const { annotations: none, summary } = githubReports(passing, ACTIONS)!;
    expect([none, summary]).toEqual(['', verifyMarkdown(passing)]);
  });

  test('say first which layer is at fault first, why, the cause and what to do', () => {
    const cause = { id: 'slices', words: 'The slices, 100 % of them, differ.', fix: 'Say --slices last.' };
    const result = { ...failing, firstFailure: { ...failing.firstFailure!, cause } };
    expect(githubReports(result, ACTIONS)!.annotations.split('\n')[0]).toBe(
      '::error title=weights.h5%3A first layer at fault is add::add is wrong%0Acause: The slices, 100 %25 of them, differ.%0Afix: Say --slices last.',
    );
    expect(annotations(failing)).toEqual([
      {
        command: 'error',
        title: 'weights.h5: first layer at fault is add',
        message: 'add is wrong\ncause: no known cause',
      },
      { command: 'error', title: 'weights.h5: fc is at fault too', message: 'fc is wrong' },
    ]);
  });

  test('say that the verdict is open, and what moved', () => {
    const open = verified([verdict('conv1', 0)], { verdict: 'undecided' });
    expect(annotations(open)).toEqual([
      { command: 'error', title: 'weights.h5: undecided', message: expect.stringMatching(/Say --pooling\.$/) },
    ]);
    const moved = [
      { kind: 'setting', what: 'groups', before: '3', after: '8' },
      { kind: 'layer', what: 'conv1', field: 'own error', before: '0.1', after: '2.00' },
    ] as const;
    const base = verified([verdict('conv1', 0)]);
    expect(annotations({ ...base, against: { name: 'old.json', holds: false, moved } })).toEqual([
      {
        command: 'error',
        title: 'weights.h5: no longer as certified in old.json',
        message: 'setting groups: 3 -> 8\nlayer conv1, own error in bounds: 0.1 -> 2.00',
      },
    ]);
    expect(annotations({ ...base, against: { name: 'old.json', holds: true, moved: [] } })).toEqual([]);
  });

  test('are ten at most: GitHub drops the rest', () => {
    const layers = Array.from({ length: 30 }, (_, i) => verdict(`layer${i}`, 1, true));
    expect(annotations(verified(layers))).toHaveLength(10);
  });

  test('are a command a line whatever the names say', () => {
    const found = annotations(hostileResult());
    expect(found).toHaveLength(3);
    for (const { command, title, message } of found) {
      expect(command).toBe('error');
      expect(title).not.toMatch(/[\r\n]/);
      expect(message).toContain('\\u000d\\u000a::error::x%0A');
    }
  });
});
