# Exports to ONNX held by onnx's own checker, and run by onnxruntime in Python and in Node, from the package indexes.
. .ci/lib.sh
requirements=test/python/requirements-onnx.txt
package=onnxruntime-node@1.30.0
echo "test/python/onnx.test.ts, in environments of its own"
if ! command -v python3 > /dev/null; then
  skip "ONNX: there is no python3"
  exit 0
fi
if ! python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'; then
  skip "ONNX: the pinned packages are for Python 3.11 to 3.14, this is $(python3 --version)"
  exit 0
fi
# The environment is kept, and made anew when the requirements or the Python change.
venv=$cache/onnx
made_from=$({ python3 --version; cat $requirements; } | cksum)
log=$results/onnx-install.log
if [ "$(cat "$venv/made-from" 2> /dev/null)" != "$made_from" ]; then
  rm -rf "$venv"
  if ! python3 -m venv "$venv" > "$log" 2>&1; then
    skip "ONNX: python3 -m venv fails: $(tail -1 "$log")"
    exit 0
  fi
  if ! timeout 600 "$venv/bin/pip" install --disable-pip-version-check -r $requirements > "$log" 2>&1; then
    why=$(grep ERROR "$log" | tail -1)
    if [ -z "$why" ] || grep -qiE 'connection|timed out|resolution|proxy' "$log"; then
      skip "ONNX: pip cannot reach its index, or not in ten minutes: ${why:-it was stopped}"
      exit 0
    fi
    if grep -qE 'No matching distribution|from versions: none' "$log"; then
      skip "ONNX: no such package for this machine: $why"
      exit 0
    fi
    echo "pip refuses $requirements: $why"
    exit 1
  fi
  echo "$made_from" > "$venv/made-from"
fi
export SHUFFLEPORT_ONNX_PYTHON=$PWD/$venv/bin/python
# The package holds its library; its install script, which is not run, would only fetch one for graphics cards.
home=$PWD/$cache/onnxruntime-node
log=$results/onnxruntime-node-install.log
if [ "$(cat "$home/made-from" 2> /dev/null)" != "$package" ]; then
  mkdir -p "$home"
  if npm install --prefix "$home" --no-save --ignore-scripts "$package" > "$log" 2>&1; then
    echo "$package" > "$home/made-from"
  else
    skip "ONNX: npm cannot install $package: $(grep -m 1 'npm error code' "$log")"
  fi
fi
if [ -f "$home/made-from" ]; then export SHUFFLEPORT_ORT_NODE=$home/node_modules/onnxruntime-node; fi
counted_vitest $results/onnx.json node node_modules/vitest/vitest.mjs run test/python/onnx.test.ts
