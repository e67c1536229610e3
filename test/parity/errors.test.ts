// What is said of a reference that cannot be compared.
import { expect, test } from 'vitest';
import { AmbiguousKeyError, MissingInputError, NothingComparedError } from '../../src/parity/errors.js';

test.each([
  [[], 'no arrays'],
  [['conv1', 'a\n'], 'conv1, a\\u000a'],
])('no input among %j', (keys, found) => {
  const error = new MissingInputError('r.npz', keys);
  expect([error.tag, error.kind]).toEqual(['MissingInput', 'file']);
  expect(error.explanation).toEqual({
    what: 'The reference holds no `input`.',
    where: 'r.npz',
    found,
    expected: 'an array called `input`, (batch, height, width, channels), as the model was given it',
    next: 'save it with the outputs: `numpy.savez("reference.npz", input=x, **outputs)`',
  });
});

test('no layer among the names', () => {
  const error = new NothingComparedError('r.npz', ['a', 'b\n']);
  expect([error.tag, error.kind]).toEqual(['NothingCompared', 'file']);
  expect(error.explanation).toEqual({
    what: 'No recorded output has the name of a layer of this network, so nothing was compared.',
    where: 'r.npz',
    found: 'a, b\\u000a',
    expected: 'layer names, such as conv1 or stage2/block1/relu_out, with `/` as it is or as `__`',
    next: "record the outputs under their layers' names",
  });
});

test('two names of one layer', () => {
  const error = new AmbiguousKeyError('r.npz', 'a/b', ['a/b', 'a__b']);
  expect([error.tag, error.kind]).toEqual(['AmbiguousKey', 'file']);
  expect(error.explanation).toEqual({
    what: 'Two recorded outputs stand for one layer.',
    where: 'r.npz',
    found: '"a/b" and "a__b" for a/b',
    next: 'leave one of them out',
  });
});
