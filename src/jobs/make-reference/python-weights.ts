// Python: reads a weights file of any kind that this project opens, on its own, and hands out weights by the article's
// names. Part of the script that make-reference writes; read script.ts first.

/** Needs the literals of head.ts. Gives `open_weights(path)`, an object whose `of(layer, shapes)` finds a layer's weights. */
export const WEIGHTS_PY = String.raw`
# ---- The weights file -------------------------------------------------------------------------------------------

# Keras 1 called the weights otherwise.
KERAS_1_ROLES = {"_W": "kernel", "_b": "bias", "_running_mean": "moving_mean", "_running_std": "moving_variance"}
ROLES = ["depthwise_kernel", "kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"]
# In the stores of Keras 2.12 and later, variables are numbered in this order.
STORE_ROLES = {
    "conv2d": ["kernel", "bias"],
    "depthwise_conv2d": ["kernel", "bias"],
    "dense": ["kernel", "bias"],
    "batch_normalization": ["gamma", "beta", "moving_mean", "moving_variance"],
}


def open_weights(path):
    """The weights in the file this script was made for; any other file is refused."""
    with open(path, "rb") as file:
        data = file.read()
    found = hashlib.sha256(data).hexdigest()
    if found != FILE_SHA256:
        sys.exit(
            "%s is not the file this script was made for (%s).\n  sha256 %s\n  expected %s\n"
            "Make a script for it: shuffleport make-reference %s" % (path, FILE_NAME, found, FILE_SHA256, path)
        )
    return Weights(layers_in(path, data))


def layers_in(path, data):
    """{layer: {role: array}}, layers as the file calls them."""
    if h5py.is_hdf5(path):
        with h5py.File(path, "r") as file:
            return hdf5_layers(file, {})
    if data[:2] != b"PK":
        return array_layers(safetensors(data))
    members = zipfile.ZipFile(io.BytesIO(data))
    if "model.weights.h5" not in members.namelist():
        arrays = np.load(path)
        return array_layers((name, arrays[name]) for name in arrays.files if "/" in name)
    names = names_in_config(json.loads(members.read("config.json").decode("utf-8")))
    with h5py.File(io.BytesIO(members.read("model.weights.h5")), "r") as file:
        return hdf5_layers(file, names)


def hdf5_layers(file, names):
    if "layers" in file or "_layer_checkpoint_dependencies" in file:
        return store_layers(file, names)
    return legacy_layers(file["model_weights"] if "model_weights" in file else file)


def legacy_layers(root):
    """Keras 1 and 2: a group for each layer, its weights listed by name."""
    layers = {}
    for name in listed(root.attrs, "layer_names"):
        weights = [(weight, root[name][weight]) for weight in listed(root[name].attrs, "weight_names")]
        owners = set(weight.rpartition("/")[0] for weight, _ in weights)
        if OUTER is None and len(owners) <= 1:
            layers[name] = dict((role_of(weight), values(stored)) for weight, stored in weights)
        if OUTER == name:  # a model used as a layer holds the weights of all its layers
            for weight, stored in weights:
                layers.setdefault(weight.rpartition("/")[0], {})[role_of(weight)] = values(stored)
    return layers


def listed(attributes, name):
    """A list of names; Keras splits long ones into name0, name1 and so on."""
    parts = [attributes[name]] if name in attributes else []
    while "%s%d" % (name, len(parts)) in attributes:
        parts.append(attributes["%s%d" % (name, len(parts))])
    return [text(item) for part in parts for item in part]


def text(item):
    return item.decode("utf-8") if isinstance(item, bytes) else str(item)


def role_of(weight):
    """conv1/kernel:0 and conv1/kernel_1:0 are kernels."""
    last = re.sub(r":\d+(_\d+)?$", "", weight.rpartition("/")[2])
    for name in [last, re.sub(r"_\d+$", "", last)]:
        if name in ROLES:
            return name
        for ending, role in KERAS_1_ROLES.items():
            if name.endswith(ending):
                return role
        for role in ["gamma", "beta"]:
            if name.endswith("_" + role):
                return role
    return last


def store_layers(root, names):
    """Keras 2.12 and later: numbered variables, with the layer's name beside them from Keras 3.6 on."""
    found = []
    root.visititems(lambda path, item: found.append(path) if path.endswith("/vars") and len(item) else None)
    layers = {}
    for path in found:
        layer, variables = path[: -len("/vars")], root[path]
        group = layer.rpartition("/")[2]
        name = text(variables.attrs.get("name", names.get(group, layer)))
        order = STORE_ROLES.get(re.sub(r"_\d+$", "", group), [])
        numbers = sorted(variables, key=int)
        if "gamma" in order and len(numbers) == 2:  # without scale and centre
            order = order[2:]
        if "gamma" in order and len(numbers) == 3:
            sys.exit("%s: three variables, and nothing says whether gamma or beta is missing" % name)
        layers[name] = dict((role, values(variables[number])) for role, number in zip(order, numbers))
    return layers


def names_in_config(config):
    """The names of a model's layers by their groups in the store: class in snake case, counted."""
    names, counts = {}, {}
    for layer in config["config"].get("layers", []):
        group = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", layer["class_name"])
        group = re.sub(r"([a-z])([A-Z])", r"\1_\2", group).lower()
        count = counts.get(group, 0)
        counts[group] = count + 1
        names["%s_%d" % (group, count) if count else group] = layer["config"]["name"]
    return names


def array_layers(arrays):
    """Converted files: one array under layer/role."""
    layers = {}
    for name, array in arrays:
        layer, _, role = name.rpartition("/")
        layers.setdefault(layer, {})[role] = values(array)
    return layers


def safetensors(data):
    """The format is its own documentation: a length, a JSON table, the bytes."""
    begin = 8 + struct.unpack("<Q", data[:8])[0]
    types = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "V2"}
    for name, entry in json.loads(data[8:begin].decode("utf-8")).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            stored = np.frombuffer(data[begin + first : begin + last], types[entry["dtype"]])
            yield name, stored.reshape(entry["shape"])


def values(stored):
    """As float32, which is what the converted network holds."""
    array = np.asarray(stored)
    if array.dtype.kind == "V":  # bfloat16: the upper half of a float32
        array = (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    return array.astype(np.float32)


def plain(name):
    """A layer's name without regard to how its slashes were written."""
    return re.sub(r"[/._]+", "_", name)


class Weights(object):
    def __init__(self, layers):
        self.layers = layers
        self.by_plain_name = dict((plain(name), layer) for name, layer in layers.items())

    def find(self, layer):
        """A layer's weights by role; None where the file has no such layer."""
        if LAYERS is not None:
            return self.layers.get(LAYERS.get(layer))
        name = plain(PREFIX + layer)
        if name in self.by_plain_name:
            return self.by_plain_name[name]
        # TensorFlow 1 numbers the names of a model that was built twice.
        again = [key for key in self.by_plain_name if re.match(re.escape(name) + r"_\d+$", key)]
        return self.by_plain_name[again[0]] if OUTER is not None and len(again) == 1 else None

    def of(self, layer, shapes):
        """The weights of a layer, in the order of shapes, which is a list of (role, shape)."""
        stored = self.find(layer)
        part = None
        if stored is None and "_/g" in layer:  # all groups in one kernel
            whole, part = layer.split("_/g")
            stored = self.find(whole)
        if stored is None:
            sys.exit("%s has no layer %s" % (FILE_NAME, PREFIX + layer))
        return [self.weight(layer, stored, role, shape, part) for role, shape in shapes]

    def weight(self, layer, stored, role, shape, part):
        if role in ("gamma", "beta") and role not in stored and "moving_mean" in stored:
            return np.full(shape, 1 if role == "gamma" else 0, np.float32)
        if role == "depthwise_kernel" and role not in stored:  # Keras 3's name for it
            found = stored.get("kernel")
        else:
            found = stored.get(role)
        if found is None:
            sys.exit("%s: the layer %s has no %s" % (FILE_NAME, layer, role))
        if found.ndim == 4:
            found = np.transpose(found, [KERNEL_ORDER.index(axis) for axis in "hwio"])
        if role == "depthwise_kernel" and found.shape[2] == 1:
            found = found.reshape(shape)
        if part is not None:
            found = np.split(found, SETTINGS["groups"], axis=-1)[int(part)]
        if found.shape != tuple(shape):
            sys.exit("%s: %s of %s is %s, expected %s" % (FILE_NAME, role, layer, found.shape, tuple(shape)))
        return found
`;
