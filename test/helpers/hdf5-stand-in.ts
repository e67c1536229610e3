// An HDF5 file that is none: what no test file can hold (lists without end, groups in circles) is made up on top of it.
import type { Hdf5File } from '../../src/checkpoint/hdf5.js';

/** An empty file, with some of it made up. */
export function hdf5StandIn<Made extends Partial<Hdf5File>>(made: Made): Hdf5File & Made {
  return {
    size: 0,
    kind: () => 'missing',
    members: () => [],
    isSecondName: () => false,
    strings: () => undefined,
    guessStrings: () => undefined,
    describe: () => ({ shape: [], dtype: 'float32' }),
    read: () => {
      throw new Error('nothing to read');
    },
    close: () => {},
    ...made,
  };
}
