// Python: what the network is given, how outputs are stored, and the script's own command line.
// Part of the script that make-reference writes; read script.ts first.

/** Needs the literals of head.ts. Gives `arguments()`, `inputs(given, shape)`, `save(path, x, outputs)`. */
export const INPUTS_PY = `
# ---- Inputs and outputs -----------------------------------------------------------------------------------------


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", nargs="?", default=FILE_NAME, help="the weights (default: %(default)s)")
    parser.add_argument("-o", "--output", default="reference.npz", help="default: %(default)s")
    parser.add_argument("--input", help=".npy or .npz, (batch, height, width, channels); random when left out")
    parser.add_argument("--key", help="which array of an .npz")
    parser.add_argument("--batch", type=int, default=2, help="how many random images (default: %(default)s)")
    parser.add_argument("--size", help="of random images: HEIGHTxWIDTH")
    parser.add_argument("--seed", type=int, default=0, help="of random images (default: %(default)s)")
    return parser


def inputs(given, shape=None):
    """The images: those that are given, or random ones of a shape (height, width, channels)."""
    if given.input is not None:
        x = one_array(np.load(given.input), given.key)
    else:
        height, width, channels = shape or SETTINGS["input_shape"]
        if given.size is not None:
            height, width = [int(side) for side in given.size.split("x")]
        height, width = height or RANDOM_SIZE[0], width or RANDOM_SIZE[1]
        # Numbers without a pattern, no channel like another, no side like another: nothing to hide a mistake behind.
        x = np.random.RandomState(given.seed).uniform(-1, 1, (given.batch, height, width, channels))
    return checked(x)


def one_array(loaded, key):
    if isinstance(loaded, np.ndarray):
        return loaded
    names = [key] if key else ["input"] if "input" in loaded.files else loaded.files
    if len(names) != 1 or names[0] not in loaded.files:
        sys.exit("say which array with --key: " + ", ".join(loaded.files))
    return loaded[names[0]]


def checked(x):
    if x.dtype.kind != "f":
        sys.exit("The input is %s: it must be the numbers that the model is given, after preprocessing." % x.dtype)
    x = x.astype(np.float32)
    if x.ndim == 3:
        x = x[None]
    if x.ndim != 4 or x.shape[3] != SETTINGS["input_shape"][2]:
        sys.exit("The input is %s, expected (batch, height, width, %d)." % (x.shape, SETTINGS["input_shape"][2]))
    if np.ptp(x) == 0:
        warn("The input is constant: many mistakes do not show on it.")
    elif x.shape[3] > 1 and np.ptp(x, axis=3).max() == 0:
        warn("The channels of the input are equal: mistakes in their order do not show.")
    elif np.array_equal(x, x[:, :, ::-1]) or np.array_equal(x, x[:, ::-1]):
        warn("The input is symmetric: mistakes in the direction of kernels and padding do not show.")
    pixels = 4 * 2 ** len(SETTINGS["num_shuffle_units"])
    if SETTINGS["pooling"] is not None and max(x.shape[1:3]) <= pixels:
        warn("The last map has one pixel: max and average pooling do not differ. Take a larger input (--size).")
    return x


def warn(message):
    print("WARNING: " + message, file=sys.stderr)


def key_of(layer):
    return layer.replace("/", "__")


def save(path, x, outputs):
    """input, and each layer under its name with __ for each slash."""
    arrays = dict((key_of(layer), output) for layer, output in outputs)
    np.savez(path, input=x, **arrays)
    path = path if path.endswith(".npz") else path + ".npz"
    print("%s: input %s and %d layers" % (path, x.shape, len(arrays)))
    print("next: shuffleport verify %s --reference %s%s" % (FILE_NAME, path, VERIFY_FLAGS))
`;
