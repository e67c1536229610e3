"""Runs exported models for tests in TypeScript, which judge what they give.

Usage: serve.py onnxruntime|keras. Says {"name": …}, then answers each line of JSON with one: {"load": FILE} tells what the
model takes and gives; {"run": FILE, "input": X.npy, "observe": [NAME, …], "out": FOLDER} writes FOLDER/0.npy and so on;
{"time": FILE, "input": X.npy} tells the seconds of one run of the whole; {"forget": FILE}. KERAS_BACKEND says which
backend runs.
"""
import json
import os
import sys
import time

import numpy as np

# What a library prints is no answer.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def onnxruntime():
    import onnxruntime as ort

    def load(path):
        return ort.InferenceSession(path, providers=["CPUExecutionProvider"])

    def run(session, x, names):
        return session.run(names, {session.get_inputs()[0].name: x})

    return f"onnxruntime {ort.__version__} (Python)", load, run, lambda session, x: run(session, x, None)


def keras():
    import keras

    backend = keras.config.backend()
    version = __import__(backend).__version__.split("+")[0]

    def run(model, x, names):
        operations = {operation.name: operation for operation in model.operations}
        # By name: a list of one would not come back as a list.
        part = keras.Model(model.inputs, {name: operations[name].output for name in names})
        found = part(x, training=False)
        return [keras.ops.convert_to_numpy(found[name]) for name in names]

    return f"keras {keras.__version__} on {backend} {version}", keras.models.load_model, run, lambda model, x: model.predict_on_batch(x)


def answer(line, loaded, load, run, whole):
    if "load" in line:
        loaded[line["load"]] = load(line["load"])
        return {}
    if "forget" in line:
        del loaded[line["forget"]]
        return {}
    x = np.load(line["input"])
    if "time" in line:
        began = time.perf_counter()
        whole(loaded[line["time"]], x)
        return {"seconds": time.perf_counter() - began}
    for i, y in enumerate(run(loaded[line["run"]], x, line["observe"])):
        np.save(os.path.join(line["out"], f"{i}.npy"), y)
    return {}


def tell(record):
    print(json.dumps(record), file=answers, flush=True)


name, *functions = {"onnxruntime": onnxruntime, "keras": keras}[sys.argv[1]]()
tell({"name": name})
models = {}
for text in sys.stdin:
    tell(answer(json.loads(text), models, *functions))
