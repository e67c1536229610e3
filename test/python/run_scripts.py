"""Runs scripts one after the other in one process: [{folder, args}] comes in, [{status, out, err}] goes out, as JSON."""

import contextlib
import io
import json
import os
import runpy
import sys
import traceback


def run(folder, args):
    os.chdir(folder)
    sys.argv = ["record.py"] + args
    out, err, status = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            runpy.run_path("record.py", run_name="__main__")
        except SystemExit as end:
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
            status = end.code if isinstance(end.code, int) else 1
        except Exception:
            traceback.print_exc()
            status = 1
    return {"status": status, "out": out.getvalue(), "err": err.getvalue()}


if __name__ == "__main__":
    results = [run(task["folder"], task["args"]) for task in json.load(sys.stdin)]
    print("\n" + json.dumps(results))
