// Every trap of the HDF5 library, each sprung. Files and values are h5py's (fixtures/generate/damaged.py).
import { ready } from 'h5wasm';
import { describe, expect, test } from 'vitest';
import { type Hdf5File, openHdf5 } from '../../src/checkpoint/hdf5.js';
import { isShuffleportError, type ShuffleportError } from '../../src/core/errors.js';
import { toFloat64 } from '../../src/core/tensor.js';
import { damagedBytes, expectedLayers } from '../helpers/damaged.js';
import { fixtureBytes } from '../helpers/models.js';

const KERNEL = '/conv1/conv1/kernel:0';
const GAMMA = '/unit/bn/unit/bn/gamma:0';
const KERNEL_VALUES = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75];

async function within<T>(name: string, look: (file: Hdf5File) => T): Promise<T> {
  const file = await openHdf5(damagedBytes(name), `${name}.h5`);
  try {
    return look(file);
  } finally {
    file.close();
  }
}

/** The error that `call` throws; fails when it throws none, or one that is not ours. */
function thrown(call: () => unknown): ShuffleportError {
  try {
    call();
  } catch (error) {
    if (isShuffleportError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The files in the library's memory. */
async function filesInMemory(): Promise<string[]> {
  const { FS } = (await ready) as unknown as { FS: { readdir(path: string): string[] } };
  return FS.readdir('/').filter((name) => name.endsWith('.h5'));
}

describe('a type', () => {
  const types = Object.entries(expectedLayers('types')).filter(([, { kernel }]) => kernel?.values);

  test.each(types)('%s reads as numpy reads it', async (name, { kernel }) => {
    await within('types', (file) => {
      const { shape, dtype, values } = kernel!;
      expect(file.describe(`/${name}/kernel`)).toEqual({ shape, dtype });
      const read = file.read(`/${name}/kernel`);
      expect(read.shape).toEqual(shape);
      expect([...toFloat64(read)]).toEqual(values);
    });
  });

  test('of numbers: none is left out of the table', () => {
    expect(types.map(([name]) => name).sort()).toEqual(
      [
        'bfloat16',
        'bfloat16-attribute',
        'empty',
        'float16',
        'float16-big',
        'float32',
        'float32-big',
        'float64',
        'float64-big',
        'int32',
        'int64-big',
        'int8',
        'scalar',
        'uint16',
      ].sort(),
    );
  });

  test.each([
    ['text', 'string'],
    ['compound', 'compound'],
    ['wide-opaque', 'opaque'],
  ])('%s holds no numbers, and is refused', async (name, dtype) => {
    await within('types', (file) => {
      const described = file.describe(`/${name}/kernel`);
      expect(described).toMatchObject({ dtype, fault: { tag: 'WeightType', dtype } });
      expect(thrown(() => file.read(`/${name}/kernel`))).toMatchObject({ tag: 'WeightType' });
    });
  });

  test('of a dataset with a null dataspace is no use: there is nothing in it', async () => {
    await within('types', (file) => {
      expect(file.describe('/null/kernel')).toMatchObject({ shape: [], fault: { tag: 'MissingDataset' } });
    });
  });
});

describe('strings of an attribute', () => {
  const ODD = ['détecteur/größe', '日本語', '\u{1f600}'];

  test.each(['odd-fixed-names', 'odd-variable-names', 'utf8-names'])(
    'are UTF-8 whatever their type says: %s',
    async (name) => {
      await within(name, (file) => {
        expect(file.strings('/', 'layer_names')).toEqual(ODD);
        expect(file.strings('/détecteur/größe', 'weight_names')).toEqual(['détecteur/größe/kernel:0']);
        expect([...file.read('/détecteur/größe/détecteur/größe/kernel:0').data]).toEqual(KERNEL_VALUES);
      });
    },
  );

  test('that is one string are a list of one', async () => {
    await within('fixed-names', (file) => expect(file.strings('/', 'backend')).toEqual(['tensorflow']));
  });

  test('lose the spaces that Fortran pads with', async () => {
    await within('space-padded', (file) => {
      expect(file.strings('/', 'layer_names')).toEqual(['input_1', 'conv1', 'unit/bn']);
    });
  });

  test('are none in an empty array, whose type h5py makes float64', async () => {
    await within('fixed-names', (file) => expect(file.strings('/input_1', 'weight_names')).toEqual([]));
  });

  test('are undefined where there is no such attribute, or one of numbers', async () => {
    await within('keras-0', (file) => {
      expect(file.strings('/', 'layer_names')).toBeUndefined();
      expect(file.strings('/', 'nb_layers')).toBeUndefined();
    });
  });
});

describe('what stands at a path', () => {
  test('is a group, a dataset or nothing; below a dataset is nothing', async () => {
    await within('fixed-names', (file) => {
      expect(file.kind('/')).toBe('group');
      expect(file.kind('/conv1')).toBe('group');
      expect(file.kind(KERNEL)).toBe('dataset');
      expect(file.kind('/conv2')).toBe('missing');
      expect(file.kind('/conv2/below')).toBe('missing');
      expect(file.kind(`${KERNEL}/below`)).toBe('missing');
    });
  });

  // The library leaves such components out, or reads no further; each name is to stand as it is.
  test.each(['/conv1/.', '/./conv1', '/conv1/', '//conv1', '/conv1\0', '/conv1/conv1//kernel:0', `${KERNEL}\0`])(
    '%j is nothing',
    async (path) => {
      await within('fixed-names', (file) => expect(file.kind(path)).toBe('missing'));
      await within('fixed-names', (file) =>
        expect(file.describe(path)).toMatchObject({ fault: { tag: 'MissingDataset' } }),
      );
      await within('fixed-names', (file) => expect(file.guessStrings(path, 'weight_names')).toBeUndefined());
    },
  );

  test('the members of a group are listed', async () => {
    await within('fixed-names', (file) => {
      expect(file.members('/').sort()).toEqual(['conv1', 'input_1', 'unit']);
      expect(file.members('/input_1')).toEqual([]);
    });
  });

  test.each([
    ['soft-link', KERNEL, `a soft link to "${GAMMA}"`],
    ['soft-link-in-header', KERNEL, `a soft link to "${GAMMA}"`],
    ['soft-link-in-heap', KERNEL, `a soft link to "${GAMMA}"`],
    ['soft-link-dangling', KERNEL, 'a soft link to "/nowhere"'],
    ['soft-link-layer', '/conv1', 'a soft link to "/hidden"'],
    ['soft-link-layer', KERNEL, 'a soft link to "/hidden"'],
    ['soft-link-middle', GAMMA, 'a soft link to "/hidden"'],
    ['external-link', KERNEL, 'an external link to "/conv1" in the file "other.h5"'],
    ['external-link-layer', '/conv1', 'an external link to "/conv1" in the file "other.h5"'],
    ['external-link-layer', KERNEL, 'an external link to "/conv1" in the file "other.h5"'],
  ])('%s: a link on the way to %s is named, not followed', async (name, path, link) => {
    await within(name, (file) => {
      expect(file.kind(path)).toBe('link');
      const described = file.describe(path);
      expect(described.fault).toMatchObject({ tag: 'LinkRefused' });
      expect(described.fault!.message).toContain(link);
      expect(thrown(() => file.read(path))).toMatchObject({ tag: 'LinkRefused' });
    });
  });

  test('a virtual dataset is a link to other files: the library reads zeros where they are missing', async () => {
    await within('virtual', (file) => {
      expect(file.kind(KERNEL)).toBe('dataset');
      expect(thrown(() => file.read(KERNEL)).message).toContain('a virtual dataset, which is not followed');
    });
  });

  test.each([
    ['missing-dataset', 'nothing'],
    ['group-not-dataset', 'a group'],
  ])('%s: in place of a dataset is %s', async (name, found) => {
    await within(name, (file) => {
      expect(file.describe(KERNEL)).toMatchObject({ shape: [], dtype: 'unknown', fault: { tag: 'MissingDataset' } });
      expect(thrown(() => file.read(KERNEL)).message).toContain(`no dataset behind the name (${found})`);
    });
  });
});

describe('reading', () => {
  test.each(['gzip', 'latest-format', 'user-block'])('%s is read', async (name) => {
    await within(name, (file) => expect([...file.read(KERNEL).data]).toEqual(KERNEL_VALUES));
  });

  test.each(['corrupt-gzip', 'corrupt-fletcher32', 'external-storage'])(
    '%s: a failure is an error, never garbage from the heap',
    async (name) => {
      await within(name, (file) => {
        expect(file.describe(KERNEL)).not.toHaveProperty('fault');
        const error = thrown(() => file.read(KERNEL));
        expect(error).toMatchObject({ tag: 'ReadFailed', explanation: { where: KERNEL } });
        // The innermost sentence of the library's stack, not the stack.
        expect(error.explanation.what).toMatch(/^Its values cannot be read: the HDF5 library says "[^\n#]+"\.$/);
        expect(error.cause).toBeInstanceOf(Error);
      });
    },
  );

  test('goes on after a failure: the other weights of the file, then other files', async () => {
    await within('corrupt-gzip', (file) => {
      thrown(() => file.read(KERNEL));
      expect([...file.read(GAMMA).data]).toEqual([1, 2, 3, 4]);
    });
    await within('fixed-names', (file) => expect([...file.read(KERNEL).data]).toEqual(KERNEL_VALUES));
  });

  test('refuses a filter that the library lacks, by name', async () => {
    await within('lzf', (file) => {
      const { shape, dtype, fault } = file.describe(KERNEL);
      expect({ shape, dtype }).toEqual({ shape: [1, 1, 3, 4], dtype: 'float32' });
      expect(fault).toMatchObject({ tag: 'UnsupportedFilter', filter: '"lzf" (id 32000)' });
    });
  });

  test.each([
    ['shape-bomb', [2 ** 20, 2 ** 20, 2 ** 21]],
    ['shape-bomb-gzip', [2 ** 14, 2 ** 14]],
  ])('%s: a shape that the file cannot hold is refused before memory is asked for', async (name, shape) => {
    await within(name, (file) => {
      expect(file.describe(KERNEL)).toMatchObject({ shape, fault: { tag: 'DeclaredSize' } });
      expect(thrown(() => file.read(KERNEL))).toMatchObject({ tag: 'DeclaredSize' });
    });
  });
});

describe('opening', () => {
  test('throws where the library would return -1 and print', async () => {
    const error = await openHdf5(damagedBytes('garbage-tail'), 'x.h5').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ tag: 'DamagedFile', explanation: { where: 'x.h5' } });
    expect((error as ShuffleportError).explanation.found).toMatch(/^the HDF5 library says: [^\n]+$/);
  });

  test('leaves nothing in memory when it fails, nor after closing', async () => {
    await openHdf5(damagedBytes('garbage-tail'), 'x.h5').catch(() => {});
    const file = await openHdf5(damagedBytes('fixed-names'), 'x.h5');
    expect(await filesInMemory()).toHaveLength(1);
    file.close();
    file.close();
    expect(await filesInMemory()).toEqual([]);
  });

  test('a file that opens, with groups that cannot be read, is damaged', async () => {
    await within('broken-nodes', (file) => {
      expect(file.strings('/', 'layer_names')).toHaveLength(3);
      const error = thrown(() => file.members('/'));
      expect(error).toMatchObject({ tag: 'DamagedFile', explanation: { where: 'broken-nodes.h5' } });
      expect(thrown(() => file.kind('/conv1'))).toMatchObject({ tag: 'DamagedFile' });
    });
  });

  test('the same name twice with other bytes reads the other bytes, closed in between or not', async () => {
    const first = await openHdf5(damagedBytes('fixed-names'), 'x.h5');
    const second = await openHdf5(damagedBytes('scope-suffix'), 'x.h5');
    try {
      expect(second.strings('/', 'layer_names')).toEqual(['conv1', 'conv1_1']);
      expect([...second.read('/conv1_1/conv1_1_1/kernel:0').data]).toEqual(KERNEL_VALUES.map((value) => 2 * value));
      expect(first.strings('/', 'layer_names')).toEqual(['input_1', 'conv1', 'unit/bn']);
      expect([...first.read(GAMMA).data]).toEqual([1, 2, 3, 4]);
    } finally {
      second.close();
      first.close();
    }
    await within('types', (file) => expect([...file.read('/int8/kernel').data]).toEqual([-128, 0, 127]));
  });

  test('leaves the bytes it was given as they were', async () => {
    const bytes = damagedBytes('types');
    const file = await openHdf5(bytes, 'x.h5');
    file.read('/float32-big/kernel');
    file.close();
    expect(bytes).toEqual(damagedBytes('types'));
  });
});

test('names of many components are looked up without running out of stack', async () => {
  await within('fixed-names', (file) => {
    for (const path of [`/${'a/'.repeat(30_000)}b`, `${KERNEL}${'/a'.repeat(30_000)}`]) {
      expect(file.kind(path)).toBe('missing');
      expect(file.describe(path)).toMatchObject({ fault: { tag: 'MissingDataset' } });
    }
  });
});

test('of two paths of one group, one is a second name', async () => {
  const file = await openHdf5(fixtureBytes('stores/circle.weights.h5'), 'circle');
  expect(['/', '/layers', '/layers/functional', '/layers/conv2d/vars'].filter((at) => file.isSecondName(at))).toEqual(
    [],
  );
  expect(file.isSecondName('/layers/functional/layers')).toBe(true);
  expect(file.size).toBe(fixtureBytes('stores/circle.weights.h5').length);
  file.close();
  // Where the groups cannot be walked, nobody knows.
  await within('broken-nodes', (damaged) => expect(damaged.isSecondName('/conv1')).toBe(false));
});

test('what is not there costs the library nothing, however often it is asked for', async () => {
  // Two thousand of the library's own errors used up its stack: every later file in the process was then "damaged".
  const missing = await openHdf5(damagedBytes('fixed-names'), 'missing');
  try {
    for (let i = 0; i < 3000; i++) {
      expect(missing.kind(`/nope${i}`)).toBe('missing');
      expect(missing.kind(`/conv1/nope${i}/below`)).toBe('missing');
      expect(missing.strings('/', `nope${i}`)).toBeUndefined();
    }
  } finally {
    missing.close();
  }
  const good = await openHdf5(damagedBytes('fixed-names'), 'good');
  expect(good.strings('/', 'layer_names')).not.toEqual([]);
  good.close();
});
