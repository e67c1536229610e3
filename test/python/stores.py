"""The weights of a file that Keras 2 saved, as later Kerases and other programs lay them out. Layouts only: what the
layers are, and how they are named, is Keras's own; python stores.py weights.h5 writes beside it.
"""

import io
import json
import sys
import zipfile

import h5py
import numpy as np

CLASSES = {"/bn_": "BatchNormalization", "dwconv": "DepthwiseConv2D", "fc": "Dense"}


def read(path):
    """[(layer, [array])] in the file's order."""
    with h5py.File(path, "r") as file:
        for name in file.attrs["layer_names"]:
            group = file[name.decode()]
            weights = [group[weight.decode()][()] for weight in group.attrs["weight_names"] if len(weight)]
            if weights:
                yield name.decode(), weights


def fused(layers):
    """Group kernels joined along the last axis, as Conv2D(groups=...) has them."""
    joined = {}
    for name, weights in layers:
        joined.setdefault(name.split("_/g")[0], []).append(weights)
    return [(name, [np.concatenate(parts, axis=-1) for parts in zip(*found)]) for name, found in joined.items()]


def class_of(name):
    return next((kind for part, kind in CLASSES.items() if part in name), "Conv2D")


def snake(kind):
    return {"Conv2D": "conv2d", "DepthwiseConv2D": "depthwise_conv2d", "Dense": "dense"}.get(kind, "batch_normalization")


def store(out, layers, named, half=False):
    """Keras 3's .weights.h5; returns what a config.json says of the layers."""
    counts, config = {}, []
    with h5py.File(out, "w") as file:
        for name, weights in layers:
            kind = class_of(name)
            count = counts.get(kind, 0)
            counts[kind] = count + 1
            variables = file.create_group("layers/%s/vars" % (snake(kind) + ("_%d" % count if count else "")))
            if named:
                variables.attrs["name"] = name.replace("/", "_")
            for i, array in enumerate(weights):
                # bfloat16 is the upper half of a float32, and an opaque type of two bytes in HDF5.
                upper = (np.ascontiguousarray(array).view(np.uint32) >> 16).astype(np.uint16).view("V2")
                variables[str(i)] = upper if half else array
                if half:
                    variables[str(i)].attrs["dtype"] = "bfloat16"
            config.append({"class_name": kind, "config": {"name": name}})
    return config


def nested(path, layers):
    """The network as a layer of another model, built a second time."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = np.array([b"net"])
        file.attrs["keras_version"] = b"2.1.6"
        group = file.create_group("net")
        roles = {"BatchNormalization": ["gamma", "beta", "moving_mean", "moving_variance"]}
        roles["DepthwiseConv2D"] = ["depthwise_kernel"]
        names = []
        for name, weights in layers:
            for role, array in zip(roles.get(class_of(name), ["kernel", "bias"]), weights):
                names.append("%s_1/%s:0" % (name, role))
                group[names[-1]] = array
        group.attrs["weight_names"] = np.array([name.encode() for name in names])


if __name__ == "__main__":
    folder, all_layers = sys.argv[2], list(read(sys.argv[1]))
    store(folder + "/named.weights.h5", all_layers, named=True)
    store(folder + "/fused.weights.h5", fused(all_layers), named=True)
    store(folder + "/bfloat16.weights.h5", all_layers, named=True, half=True)
    store(folder + "/numbered.weights.h5", all_layers, named=False)
    nested(folder + "/nested.h5", all_layers)
    stored = io.BytesIO()
    listed = store(stored, all_layers, named=False)
    with zipfile.ZipFile(folder + "/model.keras", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "2.15.0"}))
        archive.writestr("config.json", json.dumps({"class_name": "Functional", "config": {"layers": listed}}))
        archive.writestr("model.weights.h5", stored.getvalue())
