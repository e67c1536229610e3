// JUnit XML: well-formed whatever the names say, and each verdict where a CI system looks for it.
import { describe, expect, test } from 'vitest';
import { verifyJunit } from '../../src/report/junit.js';
import type { ReportedResult } from '../../src/results/certificate.js';
import { HOSTILE, hostileResult } from './hostile.js';
import { allText, type Element, everyElement, parseMarkup } from './markup.js';
import { verdict, verified } from './results.js';

const suiteOf = (result: ReportedResult): Element => parseMarkup(verifyJunit(result)).children[0]!;
const casesOf = (result: ReportedResult): Element[] =>
  suiteOf(result).children.filter(({ name }) => name === 'testcase');
const propertiesOf = (result: ReportedResult): Record<string, string> =>
  Object.fromEntries(suiteOf(result).children[0]!.children.map(({ attributes: { name, value } }) => [name!, value!]));

describe('JUnit XML', () => {
  test('has a suite for the file, and a case for each layer', () => {
    const text = verifyJunit(verified([verdict('conv1', 1e-7), verdict('fc', 1e-7)]));
    expect(text).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites /);
    const root = parseMarkup(text);
    const counts = { tests: '2', failures: '0', errors: '0', skipped: '0' };
    expect([root.name, root.attributes]).toEqual(['testsuites', { name: 'shuffleport verify', ...counts }]);
    const [suite] = root.children;
    expect([suite!.name, suite!.attributes]).toEqual(['testsuite', { name: 'weights.h5', ...counts }]);
    expect(suite!.children.slice(1)).toEqual([
      { name: 'testcase', attributes: { classname: 'weights.h5', name: 'conv1' }, children: [], text: '' },
      { name: 'testcase', attributes: { classname: 'weights.h5', name: 'fc' }, children: [], text: '' },
    ]);
  });

  test('says of the first failure why, the cause and what to do', () => {
    const base = verified([verdict('conv1', 1e-7), verdict('add', 0.5, true), verdict('fc', null, true)]);
    const cause = { id: 'slices', words: 'The slices differ.', fix: 'Say --slices last.' };
    const [, add, fc] = casesOf({ ...base, firstFailure: { ...base.firstFailure!, cause } });
    expect(suiteOf(base).attributes).toMatchObject({ tests: '3', failures: '2' });
    expect(add!.children.map(({ name, attributes, text }) => [name, attributes, text])).toEqual([
      [
        'failure',
        { message: 'add is wrong', type: 'own' },
        'cause: The slices differ.\nfix: Say --slices last.\nown error: 4.0e+0, of its bound 1.0e+2 x\nfree run: of its limit 25 x',
      ],
    ]);
    expect(fc!.children[0]).toMatchObject({
      name: 'failure',
      attributes: { message: 'fc is wrong', type: 'layer' },
      text: '',
    });
    expect(allText(casesOf(base)[1]!)).toContain('cause: no known cause');
  });

  test('has the settings and the hashes as properties', () => {
    const base = verified([verdict('conv1', 0)], { tolerance: 1e-5 });
    expect(propertiesOf(base)).toEqual({
      groups: '3',
      scaleFactor: '0.25',
      bottleneckRatio: '0.5',
      numShuffleUnits: '1,2',
      classes: '10',
      includeTop: 'true',
      pooling: 'avg',
      inputShape: '32,?,3',
      slices: 'own',
      'revision.convBias': 'false',
      'revision.firstGconv2Grouped': 'false',
      'revision.bottleneckFrom': 'out',
      executor: 'evaluator',
      tolerance: '0.00001',
    });
    const hashes = { checkpoint: [{ name: 'w.h5', sha256: 'ab' }], reference: [{ name: 'r.npz', sha256: 'cd' }] };
    expect(
      propertiesOf({ ...base, tolerance: null, certificate: { version: '1.2.3', options: {}, hashes } }),
    ).toMatchObject({
      tolerance: 'bounds',
      shuffleport: '1.2.3',
      'sha256 of w.h5': 'ab',
      'sha256 of r.npz': 'cd',
    });
  });

  test('is not green when the verdict is open, nor skips what was not compared in silence', () => {
    const open = verified([verdict('conv1', 0)], { verdict: 'undecided', notCompared: ['extra'] });
    expect(suiteOf(open).attributes).toMatchObject({ tests: '3', failures: '0', errors: '1', skipped: '1' });
    const [, skipped, undecided] = casesOf(open);
    expect([skipped!.attributes.name, skipped!.children[0]!.name]).toEqual(['extra', 'skipped']);
    expect([undecided!.attributes.name, undecided!.children[0]!.name]).toEqual(['verdict', 'error']);
    expect(undecided!.children[0]!.attributes.message).toContain('Say --pooling.');
    const failing = verified([verdict('conv1', 0)], { verdict: 'fail' });
    expect(suiteOf(failing).attributes).toMatchObject({ failures: '1', errors: '0' });
  });

  test('fails when an earlier verification no longer holds', () => {
    const base = verified([verdict('conv1', 0)]);
    const moved = [{ kind: 'hash', what: 'checkpoint', before: 'a'.repeat(64), after: 'b'.repeat(64) }] as const;
    const [, gone] = casesOf({ ...base, against: { name: 'old.json', holds: false, moved } });
    expect([gone!.attributes.name, gone!.children[0]!.name, gone!.children[0]!.text]).toEqual([
      'against old.json',
      'failure',
      'hash checkpoint: aaaaaaaaaaaa -> bbbbbbbbbbbb',
    ]);
    const held = { ...base, against: { name: 'old.json', holds: true, moved: [] } };
    expect(casesOf(held)[1]).toMatchObject({ attributes: { name: 'against old.json' }, children: [] });
    expect(suiteOf(held).attributes).toMatchObject({ tests: '2', failures: '0' });
  });

  test('is well-formed, and nothing but these elements, whatever the names say', () => {
    const text = verifyJunit(hostileResult());
    const elements = everyElement(parseMarkup(text));
    expect([...new Set(elements.map(({ name }) => name))].sort()).toEqual([
      ...['failure', 'properties', 'property', 'skipped', 'testcase', 'testsuite', 'testsuites'],
    ]);
    expect(elements[1]!.attributes.name).toContain(HOSTILE.slice(0, 80));
    expect(elements[1]!.attributes.name).toContain('\\u000d\\u000a::error');
  });

  test('is the same bytes for the same result', () => {
    expect(verifyJunit(hostileResult())).toBe(verifyJunit(hostileResult()));
  });
});

describe('the check of what is well-formed', () => {
  test.each([
    '<a>',
    '<a></b>',
    '<a b="1" b="2"/>',
    '<a b="<"/>',
    '<a>&</a>',
    '<a>&nbsp;</a>',
    '<a/><b/>',
    '<a>\u0001</a>',
    '<a>\ud800</a>',
    'a',
  ])('refuses %j', (text) => {
    expect(() => parseMarkup(text)).toThrow();
  });
});
