#!/usr/bin/env bash
# `npm run test:runtimes`: exports in runtimes that `npm ci` does not install, onnxruntime-node and tfjs-node. They are put
# into a folder that is kept, SHUFFLEPORT_RUNTIMES; what cannot be had here is SKIPPED with the reason.
set -uo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "${SHUFFLEPORT_RUNTIMES:=node_modules/.cache/shuffleport-runtimes}"
SHUFFLEPORT_RUNTIMES=$(realpath "$SHUFFLEPORT_RUNTIMES")

# Runs a command that fills the folder of a runtime, unless it has been filled by the same words; names the folder if all is well.
provide() {
  local name=$1 made_from home log why
  shift
  home=$SHUFFLEPORT_RUNTIMES/$name
  log=$SHUFFLEPORT_RUNTIMES/$name.log
  made_from=$({ echo "$*"; cat test/runtimes/tfjs-node.sh; } | cksum)
  if [ "$(cat "$home/made-from" 2> /dev/null)" != "$made_from" ]; then
    rm -rf "$home"
    mkdir -p "$home"
    if ! timeout 900 "$@" > "$log" 2>&1; then
      why=$(grep -iE 'error|cannot|not found|no such' "$log" | tail -1 | cut -c 1-200)
      echo "SKIPPED $name: ${why:-it cannot be installed, see $log}" >&2
      return 1
    fi
    echo "$made_from" > "$home/made-from"
  fi
  echo "$home"
}

missing=''
for tool in python3 unzip g++; do command -v $tool > /dev/null || missing+=" $tool"; done
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  echo "SKIPPED tfjs-node: it is built for Linux on x64, this is $(uname -s) on $(uname -m)"
elif [ -n "$missing" ]; then
  echo "SKIPPED tfjs-node: there is no$missing"
elif home=$(provide tfjs-node bash test/runtimes/tfjs-node.sh "$SHUFFLEPORT_RUNTIMES/tfjs-node"); then
  export SHUFFLEPORT_TFJS_NODE=$home
fi
# Its install script, which is not run, would only fetch a library for graphics cards.
if home=$(provide onnxruntime-node npm install --prefix "$SHUFFLEPORT_RUNTIMES/onnxruntime-node" --no-save --ignore-scripts \
  onnxruntime-node@1.30.0); then
  export SHUFFLEPORT_ONNXRUNTIME_NODE=$home
fi
node node_modules/vitest/vitest.mjs run test/runtimes/installed.test.ts
