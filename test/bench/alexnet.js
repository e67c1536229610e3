// AlexNet (one tower of Krizhevsky's "one weird trick", 2014, as torchvision has it) as an ONNX file with random weights:
// what the paper's table 8 sets its networks beside.

import { MODEL } from '../../dist/export/onnx/messages.js';
import { encodeMessage } from '../../dist/export/onnx/protobuf.js';
import { randomNumbers } from './networks.js';

/** Filters, window, stride and padding of each convolution, and whether a pooling of 3 x 3 by 2 follows. */
const CONVOLUTIONS = [
  [64, 11, 4, 2, true],
  [192, 5, 1, 2, true],
  [384, 3, 1, 1, false],
  [256, 3, 1, 1, false],
  [256, 3, 1, 1, true],
];

const DENSE = [4096, 4096, 1000];

const [FLOAT, INT, INTS] = [1, 2, 7];

/** The file's bytes. */
export function alexNet() {
  const next = randomNumbers();
  const [node, initializer] = [[], []];
  let [value, channels, count] = ['x', 3, 0];
  const weight = (name, dims, spread) => {
    const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => spread * next());
    initializer.push({ dims, data_type: FLOAT, name, raw_data: new Uint8Array(data.buffer) });
    return name;
  };
  const add = (op_type, inputs, attributes = {}) => {
    const attribute = Object.entries(attributes).map(([name, given]) =>
      Array.isArray(given) ? { name, ints: given, type: INTS } : { name, i: given, type: INT },
    );
    const output = `v${count++}`;
    node.push({ op_type, input: [value, ...inputs], output: [output], attribute });
    value = output;
  };
  for (const [filters, window, stride, padding, pooled] of CONVOLUTIONS) {
    const kernel = weight(`k${count}`, [filters, channels, window, window], 3 / Math.sqrt(channels * window * window));
    const bias = weight(`b${count}`, [filters], 0.1);
    const [kernel_shape, strides, pads] = [[window, window], [stride, stride], Array(4).fill(padding)];
    add('Conv', [kernel, bias], { kernel_shape, strides, pads });
    add('Relu', []);
    if (pooled) add('MaxPool', [], { kernel_shape: [3, 3], strides: [2, 2] });
    channels = filters;
  }
  add('Flatten', [], { axis: 1 });
  let size = channels * 6 * 6;
  for (const units of DENSE) {
    add('Gemm', [weight(`k${count}`, [units, size], 3 / Math.sqrt(size)), weight(`b${count}`, [units], 0.1)], {
      transB: 1,
    });
    if (units !== DENSE.at(-1)) add('Relu', []);
    size = units;
  }
  return encodeMessage(MODEL, {
    ir_version: 8,
    producer_name: 'bench',
    opset_import: [{ domain: '', version: 17 }],
    graph: {
      node,
      name: 'alexnet',
      initializer,
      input: [info('x', [1, 3, 224, 224])],
      output: [info(value, [1, 1000])],
    },
  });
}

function info(name, dims) {
  const dim = dims.map((dim_value) => ({ dim_value }));
  return { name, type: { tensor_type: { elem_type: FLOAT, shape: { dim } } } };
}
