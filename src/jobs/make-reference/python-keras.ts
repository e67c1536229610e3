// Python: the layers in Keras, whichever is installed, and the network made of them.
// Part of the script that make-reference writes; read script.ts first.

/** Needs the parts before. Gives `built(keras, weights, x, slices)` and `run(keras, model, x)`. */
export const KERAS_PY = String.raw`
# ---- The layers in Keras ----------------------------------------------------------------------------------------


def import_keras(name):
    """Keras 2 or 3, on its own or inside TensorFlow."""
    # On a graphics card TensorFlow may compute with fewer digits (TF32) than a reference needs.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    reasons = []
    for candidate in [name] if name else ["keras", "tensorflow.keras", "tf_keras"]:
        try:
            keras = importlib.import_module(candidate)
            keras.layers.Conv2D
            break
        except (ImportError, AttributeError) as reason:
            reasons.append("%s: %s" % (candidate, reason))
    else:
        sys.exit("There is no Keras here:\n  " + "\n  ".join(reasons))
    keras.backend.set_floatx("float32")
    keras.backend.set_image_data_format("channels_last")
    return keras


def version_of(keras):
    return getattr(keras, "__version__", None) or importlib.import_module("tensorflow").__version__


def depthwise_class(keras):
    """Where DepthwiseConv2D is: among MobileNet's parts in Keras 2.0."""
    if hasattr(keras.layers, "DepthwiseConv2D"):
        return keras.layers.DepthwiseConv2D
    return importlib.import_module(keras.__name__ + ".applications.mobilenet").DepthwiseConv2D


class Layers(object):
    """Makes each layer in Keras and remembers its output and the weights it is to have."""

    def __init__(self, keras, weights, height, width):
        self.keras = keras
        self.weights = weights
        self.outputs = []  # (the article's name, tensor)
        self.weighted = []  # (the article's name, layer, weights)
        self.sizes = {}  # height and width by the id of a tensor: not every Keras tells them
        self.tensors = []  # kept, so that no id is used twice
        self.input = keras.layers.Input(shape=(height, width, SETTINGS["input_shape"][2]))
        self.sized(self.input, (height, width))

    def sized(self, tensor, size):
        self.sizes[id(tensor)] = size
        self.tensors.append(tensor)
        return tensor

    def keep(self, name, layer, x, shapes=None, stride=1):
        size = self.sizes[id(x[0] if isinstance(x, list) else x)]
        output = self.sized(layer(x), tuple(-(-side // stride) for side in size))
        self.outputs.append((name, output))
        if shapes is not None:
            self.weighted.append((name, layer, self.weights.of(name, shapes)))
        return output

    def conv(self, x, into, out, size, stride, name, relu=False):
        layer = self.keras.layers.Conv2D(
            filters=out,
            kernel_size=(size, size),
            strides=(stride, stride),
            padding="same",
            use_bias=SETTINGS["conv_bias"],
            activation="relu" if relu else None,
            name=key_of(name),
        )
        return self.keep(name, layer, x, conv_shapes(size, into, out), stride)

    def depthwise(self, x, channels, stride, name):
        layer = depthwise_class(self.keras)(
            kernel_size=(3, 3),
            strides=(stride, stride),
            padding="same",
            use_bias=SETTINGS["conv_bias"],
            name=key_of(name),
        )
        return self.keep(name, layer, x, conv_shapes(3, channels, 1, "depthwise_kernel"), stride)

    def batch_norm(self, x, channels, name):
        layer = self.keras.layers.BatchNormalization(axis=-1, epsilon=1e-3, name=key_of(name))
        return self.keep(name, layer, x, norm_shapes(channels))

    def relu(self, x, name):
        return self.keep(name, self.keras.layers.Activation("relu", name=key_of(name)), x)

    def channel_shuffle(self, x, channels, groups, name):
        """Reshape, Permute, Reshape: layers that every Keras has, and no lambda."""
        height, width = self.sizes[id(x)]
        layers = self.keras.layers
        split = layers.Reshape((height, width, groups, channels // groups))(x)
        turned = self.sized(layers.Permute((1, 2, 4, 3))(split), (height, width))
        return self.keep(name, layers.Reshape((height, width, channels), name=key_of(name)), turned)

    def slice(self, x, begin, end, name):
        """The bounds are bound here, when the lambda is made; the article's lambda looks them up when it runs."""
        layer = self.keras.layers.Lambda(lambda z, begin=begin, end=end: z[:, :, :, begin:end], name=key_of(name))
        return self.keep(name, layer, x)

    def concat(self, parts, name):
        return self.keep(name, self.keras.layers.Concatenate(axis=-1, name=key_of(name)), parts)

    def add(self, x, y, name):
        return self.keep(name, self.keras.layers.Add(name=key_of(name)), [x, y])

    def max_pool(self, x, name):
        layer = self.keras.layers.MaxPooling2D(pool_size=(3, 3), strides=(2, 2), padding="same", name=key_of(name))
        return self.keep(name, layer, x, stride=2)

    def average_pool(self, x, name):
        layer = self.keras.layers.AveragePooling2D(pool_size=(3, 3), strides=(2, 2), padding="same", name=key_of(name))
        return self.keep(name, layer, x, stride=2)

    def global_pool(self, x, kind, name):
        layers = self.keras.layers
        pooling = layers.GlobalMaxPooling2D if kind == "max" else layers.GlobalAveragePooling2D
        return self.keep(name, pooling(name=key_of(name)), x)

    def dense(self, x, into, out, name):
        shapes = [("kernel", (into, out)), ("bias", (out,))]
        return self.keep(name, self.keras.layers.Dense(out, name=key_of(name)), x, shapes)

    def softmax(self, x, name):
        return self.keep(name, self.keras.layers.Activation("softmax", name=key_of(name)), x)


def built(keras, weights, x, slices):
    """The network with explicit slices, at the size of the input x, its weights set layer by layer."""
    net = Layers(keras, weights, x.shape[1], x.shape[2])
    shufflenet(net, net.input, slices)
    model = keras.models.Model(inputs=net.input, outputs=[tensor for _, tensor in net.outputs])
    for name, layer, values_of_layer in net.weighted:
        layer.set_weights(values_of_layer)
    return net, model


def run(keras, model, x):
    """The outputs of a model, in its order."""
    if int(version_of(keras).split(".")[0]) >= 3:
        # Layer by layer: compiled, one layer's work may be fused with another's.
        outputs = model(x, training=False)
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return [np.asarray(keras.ops.convert_to_numpy(output)) for output in outputs]
    outputs = model.predict(x, verbose=0)
    return outputs if isinstance(outputs, list) else [outputs]
`;
