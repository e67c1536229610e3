// Errors that explain themselves.
import { describe, expect, test } from 'vitest';
import { explain, isShuffleportError, ShuffleportError, UndecidedError, UsageError } from '../../src/core/errors.js';

describe('an explanation', () => {
  test('is its first sentence, then what is known, one line a part, in a fixed order', () => {
    const text = explain({
      next: 'save it again',
      expected: '3 channels',
      found: '4 channels',
      where: 'conv1',
      what: 'It does not fit.',
    });
    expect(text).toBe(
      [
        'It does not fit.',
        '  where:    conv1',
        '  found:    4 channels',
        '  expected: 3 channels',
        '  next:     save it again',
      ].join('\n'),
    );
  });

  test('leaves out what does not apply', () => {
    expect(explain({ what: 'No.', where: undefined })).toBe('No.');
  });

  test('keeps the lines of one part under each other', () => {
    expect(explain({ what: 'No.', found: 'one\ntwo' })).toBe('No.\n  found:    one\n            two');
  });
});

class SomethingError extends ShuffleportError {
  readonly tag = 'Something';
  readonly kind = 'file';
}

test('an error has its explanation as message and as parts, its class as name, and its cause', () => {
  const cause = new Error('deeper');
  const error = new SomethingError({ what: 'No.', where: 'here' }, { cause });
  expect(error.message).toBe('No.\n  where:    here');
  expect(error.explanation).toEqual({ what: 'No.', where: 'here' });
  expect(error.name).toBe('SomethingError');
  expect(error.cause).toBe(cause);
});

test('an error of ours is told from others, and by its tag', () => {
  const error = new SomethingError({ what: 'No.' });
  expect(isShuffleportError(error)).toBe(true);
  expect(isShuffleportError(error, 'Something')).toBe(true);
  expect(isShuffleportError(error, 'Else')).toBe(false);
  expect(isShuffleportError(new Error('No.'))).toBe(false);
  expect(isShuffleportError(undefined)).toBe(false);
});

test('a usage error and an undecided question say whose turn it is', () => {
  expect(new UsageError({ what: 'No.' })).toMatchObject({ tag: 'Usage', kind: 'usage' });
  expect(new UndecidedError('--pooling', { what: 'Which?' })).toMatchObject({
    tag: 'Undecided',
    kind: 'undecided',
    option: '--pooling',
    message: 'Which?',
  });
});
