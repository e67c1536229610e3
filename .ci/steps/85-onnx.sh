# Exports to ONNX held by onnx's own checker, and run by onnxruntime in Python and in Node, from the package indexes.
. .ci/lib.sh
package=onnxruntime-node@1.30.0
echo "test/python/onnx.test.ts, and exports in Python's onnxruntime, in environments of its own"
python_environment onnx ONNX test/python/requirements-onnx.txt "3, 11" "3, 14"
export SHUFFLEPORT_ONNX_PYTHON=$environment_python
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
onnx_status=$?
counted_vitest $results/onnx-exports.json node node_modules/vitest/vitest.mjs run --config vitest.installed.config.ts
[ $? -eq 0 ] && [ $onnx_status -eq 0 ]
