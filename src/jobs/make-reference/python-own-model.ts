// Python: the user's own model beside the network with explicit slices, and what the Keras script does.
// Part of the script that make-reference writes; read script.ts first.

/** The end of the Keras script. Needs all the parts before. */
export const OWN_MODEL_PY = `
# ---- Your own model ---------------------------------------------------------------------------------------------

ARTICLE_ARGUMENTS = ["include_top", "scale_factor", "pooling", "input_shape", "groups", "num_shuffle_units"]
ARTICLE_ARGUMENTS += ["bottleneck_ratio", "classes"]

# Two programs that compute the same in float32 lie nearer together than this, relative to a layer's largest value.
SAME = 1e-4


def own_model(keras, given, weights, shapes_of):
    """The model that --model names: a saved one, or what a function in your code returns."""
    place, _, function = given.model.rpartition(":")
    if not place or os.path.exists(given.model):
        options = {"safe_mode": False} if given.trust_lambdas else {}
        print("loading %s with its own weights" % given.model)
        return keras.models.load_model(given.model, compile=False, custom_objects={"K": keras.backend}, **options)
    made = getattr(imported(place), function)
    model = made if hasattr(made, "layers") else made(**arguments_for(made))
    if not given.keep_weights:
        set_by_name(model, shapes_of)
    return model


def imported(place):
    """net.py, or a module's name."""
    if not place.endswith(".py"):
        sys.path.insert(0, os.getcwd())
        return importlib.import_module(place)
    sys.path.insert(0, os.path.dirname(os.path.abspath(place)))
    return importlib.import_module(os.path.basename(place)[: -len(".py")])


def arguments_for(function):
    """Those of the article's arguments that the function takes, as this file has them."""
    taken = inspect.signature(function).parameters
    chosen = dict((name, SETTINGS[name]) for name in ARTICLE_ARGUMENTS if name in taken)
    if "input_shape" in chosen and None not in chosen["input_shape"]:
        chosen["input_shape"] = tuple(chosen["input_shape"])
    elif "input_shape" in chosen:
        height, width, channels = chosen["input_shape"]
        chosen["input_shape"] = (height or RANDOM_SIZE[0], width or RANDOM_SIZE[1], channels)
    return chosen


def set_by_name(model, weighted):
    """Gives a model's layers the weights of the file, by name. Keras's own load_weights passes over what it misses."""
    by_name = dict((plain(name), found) for name, found in weighted.items())
    for name in list(weighted):  # all groups in one kernel
        whole, part = name.split("_/g") if "_/g" in name else (name, "")
        if part == "0":
            parts = [weighted["%s_/g%d" % (whole, i)] for i in range(SETTINGS["groups"])]
            by_name[plain(whole)] = [np.concatenate(stored, axis=-1) for stored in zip(*parts)]
    without = []
    for layer in model.layers:
        if layer.get_weights() and plain(layer.name) in by_name:
            layer.set_weights(by_name[plain(layer.name)])
        elif layer.get_weights():
            without.append(layer.name)
    if without:
        warn("Your model's own weights are kept in %d layers that the file does not name: %s" % (
            len(without), ", ".join(without[:5])))


def common_layers(model, names):
    """(the article's name, output) of the layers of a model that have one, in the network's order."""
    by_plain_name = dict((plain(layer.name), layer) for layer in getattr(model, "layers", []))
    found = [(name, by_plain_name[plain(name)]) for name in names if plain(name) in by_plain_name]
    try:
        return [(name, layer.output) for name, layer in found]
    except (AttributeError, ValueError):  # not one output: used twice, or not part of a graph
        return []


def own_outputs(keras, model, x, names):
    """What a model's layers give, by the article's names; at least what the model itself gives, as the last layer."""
    layers = common_layers(model, names)
    outputs = {names[-1]: run(keras, model, x)[-1]}
    if layers:
        recorder = keras.models.Model(inputs=model.input, outputs=[tensor for _, tensor in layers])
        outputs.update(zip([name for name, _ in layers], run(keras, recorder, x)))
    return outputs


def first_difference(outputs, own):
    """The first layer, in the network's order, whose outputs are not the same, with how much they differ by."""
    for name, expected in outputs:
        if name in own and own[name].shape != expected.shape:
            return name, "its output is %s, expected %s" % (own[name].shape, expected.shape)
        if name in own:
            difference = np.abs(own[name] - expected).max() / max(np.abs(expected).max(), 1e-30)
            if not difference <= SAME:
                return name, "by %.1e of the layer's largest value" % difference
    return None


LATE_BINDING = """Your model does not read the slices that its code names: {layer} differs {how}.
  In it every group of a grouped convolution reads the LAST slice. The article's lambda looks "offset" up when it is
  called, and TensorFlow 2, Keras 3, and any Keras that calls the model again (as a layer, cloned, loaded) do that
  after the loop has ended.
  {written} has what the code says: each group reads its own slice.
  - Was the network trained by a program like this one? Then it has learned with the last slice. Say so:
      shuffleport make-reference {file}{flags} --slices last
    and --slices last to convert, verify and predict.
  - Was it trained by Keras 2 on TensorFlow 1? Then {written} is right and your program is not: bind the offset,
      lambda z, offset=offset: z[:, :, :, offset:offset + ig]"""

OWN_SLICES = """Your model reads other slices than you said: {layer} differs {how}.
  In it each group of a grouped convolution reads its OWN slice; this script was made with --slices last, and
  {written} has the last one for all of them. If the network was trained by a program like this one, make the script
  again without --slices last."""

OTHER = """Your model computes something else than {written} has: {layer} is the first layer that differs, {how}.
  Its slices are not the reason. Compare that layer's settings and weights with the article's."""


def compare(keras, given, model, weights, x, outputs):
    """Tells whether the user's own model computes the same, and why not."""
    names = [name for name, _ in outputs]
    own = own_outputs(keras, model, x, names)
    different = first_difference(outputs, own)
    if different is None:
        print("your model computes the same: %d layers compared" % len(own))
        return
    message = OTHER
    if SETTINGS["groups"] > 1:
        slices = "last" if SETTINGS["slices"] == "own" else "own"
        net, other = built(keras, weights, x, slices)
        others = [(name, output) for (name, _), output in zip(net.outputs, run(keras, other, x))]
        if first_difference(others, own) is None:
            message = LATE_BINDING if slices == "last" else OWN_SLICES
    layer, how = different
    warn(message.format(layer=layer, how=how, written=given.output, file=FILE_NAME, flags=VERIFY_FLAGS))


# ---- What this script does --------------------------------------------------------------------------------------


class Shapes(object):
    """Goes through the network without making anything, to collect the weights of every layer."""

    def __init__(self, weights):
        self.weights, self.found = weights, {}

    def __getattr__(self, kind):
        return lambda *ignored, **more: None

    def conv(self, x, into, out, size, stride, name, relu=False):
        self.found[name] = self.weights.of(name, conv_shapes(size, into, out))

    def depthwise(self, x, channels, stride, name):
        self.found[name] = self.weights.of(name, conv_shapes(3, channels, 1, "depthwise_kernel"))

    def batch_norm(self, x, channels, name):
        self.found[name] = self.weights.of(name, norm_shapes(channels))

    def dense(self, x, into, out, name):
        self.found[name] = self.weights.of(name, [("kernel", (into, out)), ("bias", (out,))])


def main():
    parser = arguments()
    parser.add_argument("--model", help="your own model: a saved one, or net.py:function, or module:function")
    parser.add_argument("--keep-weights", action="store_true", help="the function loads its weights itself")
    parser.add_argument("--trust-lambdas", action="store_true", help="run the lambdas in a saved model of yours")
    parser.add_argument("--keras", help="which: keras, tensorflow.keras or tf_keras (default: the first there is)")
    given = parser.parse_args()
    weights = open_weights(given.weights)
    keras = import_keras(given.keras)
    backend = keras.backend.backend()
    print("%s %s on %s, numpy %s" % (keras.__name__, version_of(keras), backend, np.__version__))
    model, shape = None, None
    if given.model is not None:
        collected = Shapes(weights)
        shufflenet(collected, None, SETTINGS["slices"])
        model = own_model(keras, given, weights, collected.found)
        shape = model.input_shape[1:]
    x = inputs(given, shape)
    net, explicit = built(keras, weights, x, SETTINGS["slices"])
    outputs = [(name, output) for (name, _), output in zip(net.outputs, run(keras, explicit, x))]
    save(given.output, x, outputs)
    if model is not None:
        compare(keras, given, model, weights, x, outputs)


if __name__ == "__main__":
    main()
`;
