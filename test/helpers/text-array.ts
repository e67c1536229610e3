// What numpy saves that holds no numbers.
import { encodeText } from '../../src/core/bytes.js';

/** The `.npy` of `np.array(['a'])`: one character of UTF-32. */
export function textArray(): Uint8Array {
  const header = `{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }`.padEnd(117);
  const head = Uint8Array.of(0x93, ...encodeText('NUMPY'), 1, 0, 118, 0);
  return Uint8Array.of(...head, ...encodeText(`${header}\n`), 0x61, 0, 0, 0);
}
