// ONNX exports held by onnx's own checker with shape inference, and run by onnxruntime in Python and in Node, where
// SHUFFLEPORT_ONNX_PYTHON and SHUFFLEPORT_ORT_NODE name them (.ci/steps/85-onnx.sh).
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Tensor, tensor, toFloat32, transposed } from '../../src/core/tensor.js';
import { exportModel } from '../../src/export/export.js';
import type { ExportOptions } from '../../src/export/options.js';
import { readNpy, writeNpy } from '../../src/formats/npy.js';
import type { ShuffleNetModel } from '../../src/shufflenet/load.js';
import type { ShuffleNetSettings } from '../../src/shufflenet/settings.js';
import { expectedRun, expectWithin } from '../helpers/expected-run.js';
import { SMALL } from '../helpers/exports.js';
import { noise, randomModel } from '../helpers/models.js';
import { temporaryFolder } from '../helpers/temporary-folder.js';
import { findPython } from './run.js';

const named = process.env.SHUFFLEPORT_ONNX_PYTHON;
const found = named === undefined ? 'SHUFFLEPORT_ONNX_PYTHON names none' : findPython(named, ['onnx', 'onnxruntime']);
const python = typeof found === 'string' ? { command: '', name: `no onnx: ${found}` } : found;
const runtime = process.env.SHUFFLEPORT_ORT_NODE;

/** A network as it is written, by the file's name. */
const CASES: Readonly<Record<string, [Partial<ShuffleNetSettings>, ExportOptions, number]>> = {
  g1: [{ groups: 1, scaleFactor: 0.5 }, {}, 1],
  'g2-no-top': [{ groups: 2, scaleFactor: 1, includeTop: false }, {}, 3],
  'g3-plain': [{ groups: 3, pooling: 'avg' }, { fold: false }, 3],
  'g3-nchw': [{ groups: 3, pooling: 'avg' }, { inputLayout: 'nchw' }, 3],
  'g3-late': [{ groups: 3, slices: 'last' }, {}, 1],
  'g3-late-plain': [{ groups: 3, slices: 'last' }, { fold: false }, 1],
  'g4-grey': [{ groups: 4, scaleFactor: 1, inputShape: [28, 33, 1] }, {}, 1],
  'g8-maps': [{ groups: 8, includeTop: false, pooling: null }, {}, 3],
  'g8-maps-nchw-plain': [{ groups: 8, includeTop: false, pooling: null }, { fold: false, inputLayout: 'nchw' }, 3],
  'g3-any-size': [{ groups: 3, inputShape: [null, null, 3] }, {}, 3],
  'g3-any-size-maps': [{ groups: 3, inputShape: [null, null, 3], includeTop: false, pooling: null }, {}, 1],
};

/** A network with its file, and what it is run on, in its own layout and in the file's. */
interface Case {
  readonly model: ShuffleNetModel;
  readonly bytes: Uint8Array;
  readonly nchw: boolean;
  readonly input: Tensor<Float32Array>;
}

async function caseOf(name: string): Promise<Case> {
  const [differing, options, batch] = CASES[name]!;
  const model = await randomModel({ ...SMALL, ...differing });
  const [height, width, channels] = model.settings.inputShape;
  const input = noise([batch, height ?? 33, width ?? 28, channels!]);
  const { bytes } = (await exportModel(model, 'onnx', options))[0]!;
  return { model, bytes, nchw: options.inputLayout === 'nchw', input };
}

/** Maps with their axes in that order; what is no map stays. */
const turned = (t: Tensor, axes: readonly number[]): Tensor =>
  t.shape.length === 4 ? transposed(t as Tensor<Float32Array>, axes) : t;

const TO_NCHW = [0, 3, 1, 2];
const TO_NHWC = [0, 2, 3, 1];

function expectOutput({ model, nchw, input }: Case, output: Tensor): void {
  const given = nchw ? turned(output, TO_NHWC) : output;
  expectWithin(new Map([[model.network.output, given]]), expectedRun(model, input));
}

const cases = new Map<string, Case>();
beforeAll(async () => {
  if (typeof found === 'string' && runtime === undefined) return;
  for (const name of Object.keys(CASES)) cases.set(name, await caseOf(name));
});

describe.skipIf(typeof found === 'string')(`onnx's checker and onnxruntime, by ${python.name}`, () => {
  const folder = temporaryFolder('onnx');
  const checked = new Map<string, { unshaped: string[]; input: unknown[] }>();

  beforeAll(() => {
    for (const [name, { bytes, nchw, input }] of cases) {
      writeFileSync(join(folder(), `${name}.onnx`), bytes);
      writeFileSync(join(folder(), `${name}.npy`), writeNpy(nchw ? turned(input, TO_NCHW) : input));
    }
    const script = fileURLToPath(new URL('check_onnx.py', import.meta.url));
    const { status, stdout, stderr } = spawnSync(python.command, [script, folder()], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('Traceback')]);
    for (const line of stdout.trim().split('\n')) {
      const { file, ...told } = JSON.parse(line);
      checked.set(file, told);
    }
  }, 300_000);

  test.each(Object.keys(CASES))('%s is well-formed, shaped throughout, and computes what it should', (name) => {
    expect(checked.get(`${name}.onnx`)).toMatchObject({ unshaped: [], input: expect.arrayContaining(['N']) });
    const written = new Uint8Array(readFileSync(join(folder(), `${name}.out.npy`)));
    expectOutput(cases.get(name)!, readNpy(written, name).tensor);
  });
});

describe.skipIf(runtime === undefined)('onnxruntime-node', () => {
  test.each(Object.keys(CASES))('computes %s as it should', async (name) => {
    const ort = createRequire(import.meta.url)(runtime!);
    const { bytes, nchw, input } = cases.get(name)!;
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
    const x = nchw ? turned(input, TO_NCHW) : input;
    const given = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', toFloat32(x), x.shape) });
    const { data, dims } = given[session.outputNames[0]];
    expectOutput(cases.get(name)!, tensor(Float32Array.from(data), dims));
  });
});
