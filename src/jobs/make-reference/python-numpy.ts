// Python: the layers in numpy, float64, and what the script does with them: no Keras anywhere.
// Part of the script that make-reference writes; read script.ts first.

/** The end of the numpy script. Needs all the parts before. */
export const NUMPY_PY = `
# ---- The layers in numpy ----------------------------------------------------------------------------------------


def windows(x, size, stride, fill):
    """What lies under each cell (row, column) of a window, with TensorFlow's padding: the odd cell goes after."""
    padding, counts = [(0, 0)], []
    for length in x.shape[1:3]:
        count = -(-length // stride)
        total = max(0, (count - 1) * stride + size - length)
        padding.append((total // 2, total - total // 2))
        counts.append(count)
    around = np.pad(x, padding + [(0, 0)], mode="constant", constant_values=fill)
    for row in range(size):
        for column in range(size):
            down = slice(row, row + (counts[0] - 1) * stride + 1, stride)
            across = slice(column, column + (counts[1] - 1) * stride + 1, stride)
            yield row, column, around[:, down, across]


class Numpy(object):
    """Computes each layer when it is asked for it, in float64, and keeps what came out."""

    def __init__(self, weights):
        self.weights = weights
        self.outputs = []

    def keep(self, layer, output):
        self.outputs.append((layer, output))
        return output

    def weights_of(self, layer, shapes):
        return [weight.astype(np.float64) for weight in self.weights.of(layer, shapes)]

    def conv(self, x, into, out, size, stride, layer, relu=False):
        weights = self.weights_of(layer, conv_shapes(size, into, out))
        y = sum(np.dot(under, weights[0][row, column]) for row, column, under in windows(x, size, stride, 0.0))
        y = y + weights[1] if len(weights) > 1 else y
        return self.keep(layer, np.maximum(y, 0.0) if relu else y)

    def depthwise(self, x, channels, stride, layer):
        weights = self.weights_of(layer, conv_shapes(3, channels, 1, "depthwise_kernel"))
        y = sum(under * weights[0][row, column, :, 0] for row, column, under in windows(x, 3, stride, 0.0))
        return self.keep(layer, y + weights[1] if len(weights) > 1 else y)

    def batch_norm(self, x, channels, layer):
        gamma, beta, mean, variance = self.weights_of(layer, norm_shapes(channels))
        return self.keep(layer, gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta)

    def relu(self, x, layer):
        return self.keep(layer, np.maximum(x, 0.0))

    def channel_shuffle(self, x, channels, groups, layer):
        split = x.reshape(x.shape[:3] + (groups, channels // groups))
        return self.keep(layer, split.swapaxes(3, 4).reshape(x.shape))

    def slice(self, x, begin, end, layer):
        return self.keep(layer, x[..., begin:end])

    def concat(self, parts, layer):
        return self.keep(layer, np.concatenate(parts, axis=-1))

    def add(self, x, y, layer):
        return self.keep(layer, x + y)

    def max_pool(self, x, layer):
        unders = [under for _, _, under in windows(x, 3, 2, -np.inf)]
        return self.keep(layer, np.max(unders, axis=0))

    def average_pool(self, x, layer):
        """Of the cells that are there: padding is not counted."""
        total = sum(under for _, _, under in windows(x, 3, 2, 0.0))
        count = sum(under for _, _, under in windows(np.ones_like(x), 3, 2, 0.0))
        return self.keep(layer, total / count)

    def global_pool(self, x, kind, layer):
        return self.keep(layer, x.max(axis=(1, 2)) if kind == "max" else x.mean(axis=(1, 2)))

    def dense(self, x, into, out, layer):
        kernel, bias = self.weights_of(layer, [("kernel", (into, out)), ("bias", (out,))])
        return self.keep(layer, np.dot(x, kernel) + bias)

    def softmax(self, x, layer):
        powers = np.exp(x - x.max(axis=-1, keepdims=True))
        return self.keep(layer, powers / powers.sum(axis=-1, keepdims=True))


# ---- What this script does --------------------------------------------------------------------------------------


def main():
    parser = arguments()
    parser.add_argument("--float64", action="store_true", help="store what was computed, not rounded to float32")
    given = parser.parse_args()
    net = Numpy(open_weights(given.weights))
    x = inputs(given)
    shufflenet(net, x.astype(np.float64), SETTINGS["slices"])
    stored = np.float64 if given.float64 else np.float32
    outputs = [(layer, output.astype(stored)) for layer, output in net.outputs]
    print("computed in float64, stored in %s; numpy %s" % (np.dtype(stored), np.__version__))
    save(given.output, x.astype(stored), outputs)


if __name__ == "__main__":
    main()
`;
