# The script that `make-reference` writes, run by real Keras, and `.keras` exports loaded by it: Keras 3 on TensorFlow, on
# JAX, and on PyTorch where there is a build of it without CUDA (the other takes gigabytes), from the Python package index.
. .ci/lib.sh
echo "test/python/keras.test.ts and keras-export.test.ts, and exports in Keras, in an environment of its own"
python_environment keras Keras test/python/requirements-keras.txt "3, 11" "3, 13"
python_addition torch "Keras on PyTorch" torch==2.13.0+cpu
export SHUFFLEPORT_KERAS_PYTHON=$environment_python
"$SHUFFLEPORT_KERAS_PYTHON" -c 'import keras, tensorflow, numpy, sys
print("Python", sys.version.split()[0], "Keras", keras.__version__, "TensorFlow", tensorflow.__version__, "numpy", numpy.__version__)' 2> /dev/null
counted_vitest $results/keras.json node node_modules/vitest/vitest.mjs run test/python/keras.test.ts test/python/keras-export.test.ts
keras_status=$?
counted_vitest $results/keras-exports.json node node_modules/vitest/vitest.mjs run --config vitest.installed.config.ts
[ $? -eq 0 ] && [ $keras_status -eq 0 ]
