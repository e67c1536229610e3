# The script that `make-reference` writes, run by real Keras, and `.keras` exports loaded by it: Keras 3 on TensorFlow and on
# JAX, from the Python package index.
. .ci/lib.sh
requirements=test/python/requirements-keras.txt
echo "test/python/keras.test.ts and keras-export.test.ts, in an environment of its own"
if ! command -v python3 > /dev/null; then
  skip "Keras: there is no python3"
  exit 0
fi
if ! python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
  skip "Keras: the pinned TensorFlow is for Python 3.11 to 3.13, this is $(python3 --version)"
  exit 0
fi
# The environment is kept, and made anew when the requirements or the Python change.
venv=$cache/keras
made_from=$({ python3 --version; cat $requirements; } | cksum)
log=$results/keras-install.log
if [ "$(cat "$venv/made-from" 2> /dev/null)" != "$made_from" ]; then
  rm -rf "$venv"
  if ! python3 -m venv "$venv" > "$log" 2>&1; then
    skip "Keras: python3 -m venv fails: $(tail -1 "$log")"
    exit 0
  fi
  if ! timeout 600 "$venv/bin/pip" install --disable-pip-version-check -r $requirements > "$log" 2>&1; then
    why=$(grep ERROR "$log" | tail -1)
    if [ -z "$why" ] || grep -qiE 'connection|timed out|resolution|proxy' "$log"; then
      skip "Keras: pip cannot reach its index, or not in ten minutes: ${why:-it was stopped}"
      exit 0
    fi
    if grep -qE 'No matching distribution|from versions: none' "$log"; then
      skip "Keras: no such package for this machine: $why"
      exit 0
    fi
    echo "pip refuses $requirements: $why"
    exit 1
  fi
  echo "$made_from" > "$venv/made-from"
fi
export SHUFFLEPORT_KERAS_PYTHON=$PWD/$venv/bin/python
"$SHUFFLEPORT_KERAS_PYTHON" -c 'import keras, tensorflow, numpy, sys
print("Python", sys.version.split()[0], "Keras", keras.__version__, "TensorFlow", tensorflow.__version__, "numpy", numpy.__version__)' 2> /dev/null
counted_vitest $results/keras.json node node_modules/vitest/vitest.mjs run test/python/keras.test.ts test/python/keras-export.test.ts
