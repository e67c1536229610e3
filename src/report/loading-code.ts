// How to load what was written: three lines that work when pasted where the path leads to it.
import type { ExportFormat } from '../export/files.js';
import type { ConvertResult, LoadingCode } from '../results/convert.js';

/** What the code depends on. */
type Loaded = Pick<ConvertResult, 'config'> & {
  readonly format: ExportFormat;
  /** The path of the file, or of `model.json`. */
  readonly path: string;
  /** The name of the network's input. */
  readonly input: string;
  /** Whether the channels are the second axis. */
  readonly nchw: boolean;
};

/** The first is the one to show. */
export function loadingCode(loaded: Loaded): LoadingCode[] {
  const path = JSON.stringify(loaded.path);
  const javascript = (...lines: readonly string[]): LoadingCode => ({ language: 'javascript', code: lines.join('\n') });
  const python = (...lines: readonly string[]): LoadingCode => ({ language: 'python', code: lines.join('\n') });
  const shape = shapeOf(loaded);
  switch (loaded.format) {
    case 'tfjs':
      return [
        javascript(
          "import * as tf from '@tensorflow/tfjs';",
          `const model = await tf.loadGraphModel(${path});`,
          `const output = model.predict(tf.zeros([${shape}]));`,
        ),
      ];
    case 'onnx':
      return [
        javascript(
          "import * as ort from 'onnxruntime-web';",
          `const session = await ort.InferenceSession.create(${path});`,
          `const outputs = await session.run({ ${loaded.input}: new ort.Tensor('float32', new Float32Array(${sizeText(loaded)}), [${shape}]) });`,
        ),
        python(
          'import numpy as np, onnxruntime as ort',
          `session = ort.InferenceSession(${path})`,
          `outputs = session.run(None, {"${loaded.input}": np.zeros((${shape}), "float32")})`,
        ),
      ];
    case 'keras':
      return [
        python(
          'import keras, numpy as np',
          `model = keras.saving.load_model(${path})`,
          `output = model.predict(np.zeros((${shape}), "float32"))`,
        ),
      ];
    case 'safetensors':
      return [
        ownCode(path),
        python(
          'from safetensors.numpy import load_file',
          `weights = load_file(${path})`,
          'print(weights["conv1/kernel"].shape)',
        ),
      ];
    case 'npz':
      return [
        ownCode(path),
        python('import numpy as np', `weights = np.load(${path})`, 'print(weights["conv1/kernel"].shape)'),
      ];
  }
}

/** Weights without a graph are a network again to this package. */
const ownCode = (path: string): LoadingCode => ({
  language: 'javascript',
  code: [
    "import { evaluator, loadModel } from 'shuffleport';",
    "import { fileSource } from 'shuffleport/node';",
    `const network = evaluator(await loadModel(await fileSource(${path})));`,
  ].join('\n'),
});

/** The article's size, where the network takes any. */
const ANY = 224;

function shapeOf({ config: { inputShape }, nchw }: Loaded): string {
  const [height, width, channels] = inputShape.map((size) => size ?? ANY);
  return (nchw ? [1, channels, height, width] : [1, height, width, channels]).join(', ');
}

const sizeText = ({ config: { inputShape } }: Loaded): string => inputShape.map((size) => size ?? ANY).join(' * ');
