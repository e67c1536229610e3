// Every error about a file says what to do next.
import { expect, test } from 'vitest';
import * as checkpoint from '../../src/checkpoint/errors.js';
import * as formats from '../../src/formats/errors.js';

test.each([
  [new formats.FormatSignatureError('zip', 'a.npz', new Uint8Array(0), 'PK'), 'check which file was given'],
  [new formats.MalformedFileError('Odd.', 'a.npz'), 'write the file again from its source'],
  [new formats.FileLimitError('a.npz', 'bytes', 'The array', 2, 1), 'do not trust the file'],
  [new formats.UnsupportedCompressionError('a.npz', 12), 'pack the archive again with deflate'],
  [new formats.DuplicateNameError('a.npz', 'input'), 'write the file again from its source'],
  [new checkpoint.NotKerasError('a.h5', 'an HDF5 file', [], 'layer_names'), 'check that it is the right file'],
  [new checkpoint.FileTooLargeError('a.h5', 'Too many names.', '2', '1'), 'do not trust the file'],
  [new checkpoint.WeightTypeError('fc/bias:0', 'string'), 'save the weights as floating-point numbers'],
])('%s', (error, next) => {
  expect(error.explanation.next).toContain(next);
  expect(error.message).toMatch(/\n {2}next: {5}/);
});
