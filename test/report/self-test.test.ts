// What a self-test's text says: how much was seen, a row a cause, and why some is not.
import { describe, expect, test } from 'vitest';
import { selfTestText } from '../../src/report/self-test.js';
import type { PlantedMistake, SelfTestResult } from '../../src/results/self-test.js';
import { CONFIG } from './results.js';

const plant = (
  cause: string | null,
  layer: string,
  outcome: PlantedMistake['outcome'],
  named: string | null = null,
  why: string | null = null,
): PlantedMistake => ({
  cause,
  layer,
  words: `done at ${layer}`,
  outcome,
  check: outcome === 'hidden' || outcome === 'missed' ? null : 'own',
  named,
  why,
});

const RESULT: SelfTestResult = {
  source: { name: 'weights.h5', bytes: 1000 },
  reference: { name: 'reference.npz', bytes: 2000 },
  verdict: 'pass',
  config: CONFIG,
  honest: { verdict: 'pass', layers: 12, sources: [] },
  causes: { planted: 5, hidden: 1, missed: 0, caught: 4, named: 2, equal: 1, misnamed: 1 },
  unknown: { planted: 1, hidden: 0, missed: 0, caught: 1, named: 1, equal: 0, misnamed: 0 },
  share: 0.9799,
  planted: [
    plant('relu6', 'conv1', 'hidden', null, 'no value is above 6'),
    plant('bn-epsilon', 'bn1', 'named', 'bn-epsilon'),
    plant('bn-epsilon', 'bn2', 'named', 'bn-epsilon'),
    plant('slices-exchanged', 'g0', 'equal', 'slices-reversed'),
    plant('weight-changed', 'fc', 'misnamed'),
    plant(null, 'bn2', 'named'),
  ],
  notPlanted: [{ cause: 'slices-own', needs: 'late slices' }],
  notes: [{ id: 'weak-input', text: 'a weak input' }],
};

describe('the text of a self-test', () => {
  test('is the verdict with its counts, a row a cause, and what was not planted', () => {
    const lines = selfTestText(RESULT).split('\n');
    expect(lines[0]).toBe(
      'PASS weights.h5: 4 of 4 mistakes that can be seen caught at their layer, 97 % called what they are, 1 of 1 fault without a cause given none, no false alarm on 12 layers',
    );
    expect(lines[1]).toMatch(/^ShuffleNet v1, groups 3/);
    expect(lines.slice(3).map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
      'cause | planted at | caught | named | not as planted, and why',
      'relu6 | conv1 | 0 of 1 | - | conv1: cannot be seen: no value is above 6',
      'bn-epsilon | bn1 and 1 more | 2 of 2 | 2 of 2',
      'slices-exchanged | g0 | 1 of 1 | 1 of 1 | g0: called slices-reversed, which gives the same values there',
      'weight-changed | fc | 1 of 1 | 0 of 1 | fc: called no known cause',
      '(none: other faults) | bn2 | 1 of 1 | 1 of 1',
      '',
      'not planted:',
      ' | slices-own: needs late slices',
      'note: a weak input',
    ]);
  });

  test('has a row for each mistake where all are asked for', () => {
    const rows = selfTestText(RESULT, { all: true }).split('\n').slice(3, 10);
    expect(rows.map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
      'layer | cause | check | called | what was done',
      'conv1 | relu6 | - | cannot be seen: no value is above 6 | done at conv1',
      'bn1 | bn-epsilon | own | bn-epsilon | done at bn1',
      'bn2 | bn-epsilon | own | bn-epsilon | done at bn2',
      'g0 | slices-exchanged | own | slices-reversed | done at g0',
      'fc | weight-changed | own | no known cause | done at fc',
      'bn2 | (none) | own | no known cause | done at bn2',
    ]);
  });

  test('says loudly what was missed, and what to record where causes stay unknown', () => {
    const missed = { ...RESULT, verdict: 'fail' as const, share: 0.5, planted: [plant('relu6', 'conv1', 'missed')] };
    expect(selfTestText(missed)).toContain('conv1: MISSED, though it can be seen');
    expect(selfTestText(missed)).toContain('next: record more layers');
    expect(selfTestText({ ...missed, share: null })).toContain('none called what they are');
    expect(selfTestText({ ...missed, share: 0.96 })).not.toContain('next:');
  });

  test('of a reference that does not pass is where it fails, and what to do', () => {
    const honest = { verdict: 'fail', layers: 12, sources: ['conv1', 'fc'] } as const;
    expect(selfTestText({ ...RESULT, verdict: 'fail', honest, planted: [] }).split('\n')).toEqual([
      'FAIL weights.h5: the reference does not pass as it is (2 of 12 layers at fault: conv1, fc), so that nothing was planted',
      'next: see why with `shuffleport verify` without --self-test, and test the check on a reference that passes',
    ]);
  });
});
