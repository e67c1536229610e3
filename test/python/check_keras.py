"""Loads `.keras` files with real Keras, in safe mode, runs them, and saves them again.

Usage: check_keras.py FOLDER. For every X.keras there is X.npy, its input; X.out.npy and X.again.keras are written beside
it. Prints a line of JSON for each file. KERAS_BACKEND says which backend runs.
"""
import json
import pathlib
import sys

import keras
import numpy as np


def check(path):
    model = keras.models.load_model(path)
    np.save(path.with_suffix(".out.npy"), keras.ops.convert_to_numpy(model(np.load(path.with_suffix(".npy")), training=False)))
    model.save(path.with_suffix(".again.keras"))
    classes = sorted({f"{type(layer).__module__.split('.')[0]}.{type(layer).__name__}" for layer in model.layers})
    return {"file": path.name, "backend": keras.config.backend(), "name": model.name, "classes": classes}


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.keras")):
    print(json.dumps(check(path)))
