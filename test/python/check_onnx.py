"""Checks ONNX files with onnx's own checker and shape inference, and runs them with onnxruntime.

Usage: check_onnx.py FOLDER. For every X.onnx there is X.npy, its input; X.out.npy is written beside it. Prints a line of
JSON for each file.
"""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    shaped = {
        value.name
        for value in [*inferred.graph.value_info, *inferred.graph.output]
        if value.type.tensor_type.HasField("shape")
    }
    names = [name for node in model.graph.node for name in node.output]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (taken,) = session.get_inputs()
    (given,) = session.run(None, {taken.name: np.load(path.with_suffix(".npy"))})
    np.save(path.with_suffix(".out.npy"), given)
    return {"file": path.name, "unshaped": [name for name in names if name not in shaped], "input": taken.shape}


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    print(json.dumps(check(path)))
