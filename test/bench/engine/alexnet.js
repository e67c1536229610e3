// AlexNet as an ONNX file with random weights, which ShuffleNet's article measures itself against: the original of two
// towers, 724 million multiply-adds with 227 x 227 and about as many here. Its two local response normalisations are left
// out: they multiply next to nothing, and where they are slow they would speak for ShuffleNet.
import { DATA_TYPE, integer, integers, MODEL } from '../../../dist/export/onnx/messages.js';
import { encodeMessage } from '../../../dist/export/onnx/protobuf.js';
import { random } from '../random-model.js';

/** Kernel, stride, padding, channels in and out, groups, and whether a pooling follows. */
const CONVOLUTIONS = [
  [11, 4, 2, 3, 96, 1, true],
  [5, 1, 2, 96, 256, 2, true],
  [3, 1, 1, 256, 384, 1, false],
  [3, 1, 1, 384, 384, 2, false],
  [3, 1, 1, 384, 256, 2, true],
];

const DENSE = [
  [256 * 6 * 6, 4096],
  [4096, 4096],
  [4096, 1000],
];

/** The file's bytes, and the multiply-adds of a picture. */
export function alexnet() {
  const graph = { nodes: [], initializers: [], next: random(), macs: 0 };
  let value = 'input';
  let side = 224;
  for (const [i, [kernel, stride, pad, from, to, groups, pooled]] of CONVOLUTIONS.entries()) {
    side = Math.floor((side + 2 * pad - kernel) / stride) + 1;
    const attributes = [
      integer('group', groups),
      integers('kernel_shape', [kernel, kernel]),
      integers('strides', [stride, stride]),
      integers('pads', [pad, pad, pad, pad]),
    ];
    const weights = weight(graph, `w${i}`, [to, from / groups, kernel, kernel]);
    graph.macs += (side * side * to * from * kernel * kernel) / groups;
    value = node(graph, 'Relu', [node(graph, 'Conv', [value, weights, weight(graph, `b${i}`, [to])], attributes)]);
    if (!pooled) continue;
    side = Math.floor((side - 3) / 2) + 1;
    value = node(graph, 'MaxPool', [value], [integers('kernel_shape', [3, 3]), integers('strides', [2, 2])]);
  }
  value = node(graph, 'Flatten', [value]);
  for (const [i, [from, to]] of DENSE.entries()) {
    const inputs = [value, weight(graph, `fc${i}`, [to, from]), weight(graph, `fcb${i}`, [to])];
    value = node(graph, 'Gemm', inputs, [integer('transB', 1)]);
    graph.macs += from * to;
    value = node(graph, i < 2 ? 'Relu' : 'Softmax', [value]);
  }
  return { bytes: bytesOf(graph, value), macs: graph.macs };
}

function node({ nodes }, type, input, attribute = []) {
  const name = `${type}_${nodes.length}`;
  nodes.push({ input, output: [name], name, op_type: type, attribute });
  return name;
}

function weight({ initializers, next }, name, dims) {
  const length = dims.reduce((size, dim) => size * dim, 1);
  const spread = dims.length === 1 ? 0.2 : 5 / Math.sqrt(length / dims[0]);
  const values = Float32Array.from({ length }, () => spread * next());
  initializers.push({ dims, data_type: DATA_TYPE.float, name, raw_data: new Uint8Array(values.buffer) });
  return name;
}

function bytesOf({ nodes, initializers }, output) {
  const value = (name, sizes) => {
    const dim = sizes.map((dim_value) => ({ dim_value }));
    return { name, type: { tensor_type: { elem_type: DATA_TYPE.float, shape: { dim } } } };
  };
  return encodeMessage(MODEL, {
    ir_version: 8,
    opset_import: [{ domain: '', version: 17 }],
    graph: {
      node: nodes,
      name: 'alexnet',
      initializer: initializers,
      input: [value('input', [1, 3, 224, 224])],
      output: [value(output, [1, 1000])],
    },
  });
}
