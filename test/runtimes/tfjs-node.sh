#!/usr/bin/env bash
# Makes `require('@tensorflow/tfjs-node')` work in the folder DIR. The package's own install step downloads TensorFlow's C
# library from a place that is not always reachable; the same library is in TensorFlow's Python package, and the binding is
# compiled here against its headers. Needs npm, a Python with pip, unzip, g++; Linux on x64; 840 MB.
set -euo pipefail
dir=$(realpath -m "$1")
tfjs=4.22.0
headers=1.9.0
# The smallest of the versions that the binding compiles against (2.12 to 2.15). The wheel's Python need not be here.
tensorflow=2.13.1
mkdir -p "$dir"
cd "$dir"
[ -e package.json ] || echo '{"private":true}' > package.json
npm install --ignore-scripts --no-audit --no-fund "@tensorflow/tfjs-node@$tfjs" "node-api-headers@$headers"
wheel=$(mktemp -d)
trap 'rm -rf "$wheel"' EXIT
${PIP:-python3 -m pip} download --quiet --disable-pip-version-check --no-deps --no-cache-dir --only-binary=:all: \
  --implementation cp --python-version 3.10 --platform manylinux2014_x86_64 -d "$wheel" "tensorflow-cpu==$tensorflow"
# What fails from here on is no matter of this machine's connection.
echo 'everything is here'
# 11: one of the folders is not in every version.
unzip -q -o "$wheel"/tensorflow_cpu-*.whl 'tensorflow/libtensorflow_cc.so.2' 'tensorflow/libtensorflow_framework.so.2' \
  'tensorflow/include/tensorflow/c/*' 'tensorflow/include/tensorflow/tsl/*' \
  'tensorflow/include/tensorflow/core/platform/*' 'tensorflow/include/tsl/*' -d "$wheel" || [ $? -eq 11 ]
module=$dir/node_modules/@tensorflow/tfjs-node
mkdir -p "$module/deps/lib" "$module/lib/napi-v8"
mv "$wheel"/tensorflow/libtensorflow_*.so.2 "$module/deps/lib/"
g++ -O2 -shared -fPIC -std=c++17 -DNAPI_VERSION=8 -DBUILDING_NODE_EXTENSION \
  -I"$dir/node_modules/node-api-headers/include" -I"$module" -I"$wheel/tensorflow/include" \
  "$module/binding/tfjs_backend.cc" "$module/binding/tfjs_binding.cc" -o "$module/lib/napi-v8/tfjs_binding.node" \
  -L"$module/deps/lib" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,'$ORIGIN/../../deps/lib'
# Nothing is done before it computes.
node -e "const tf = require('@tensorflow/tfjs-node'); if (tf.ones([3]).sum().dataSync()[0] !== 3) process.exit(1)"
