#!/usr/bin/env bash
# `npm run test:runtimes`: exports in runtimes that `npm ci` does not install, onnxruntime-node and tfjs-node. They are put
# into a folder that is kept, SHUFFLEPORT_RUNTIMES. What this machine or its connection cannot give is SKIPPED with the reason;
# what is there and does not build is FAILED.
set -uo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "${SHUFFLEPORT_RUNTIMES:=node_modules/.cache/shuffleport-runtimes}"
SHUFFLEPORT_RUNTIMES=$(realpath "$SHUFFLEPORT_RUNTIMES")

# What npm and pip say where the machine or its connection is the reason.
not_here='ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ERR_SOCKET|EBADPLATFORM|ENOSPC|No space left|connection|timed out|resolution|proxy|from versions: none'
failed=0

# Runs a command that fills the folder of a runtime, unless it has been filled by the same words; sets `home` if all is well.
provide() {
  local name=$1 made_from log status why
  shift
  home=$SHUFFLEPORT_RUNTIMES/$name
  log=$SHUFFLEPORT_RUNTIMES/$name.log
  made_from=$({ echo "$*"; cat test/runtimes/tfjs-node.sh; } | cksum)
  if [ "$(cat "$home/made-from" 2> /dev/null)" = "$made_from" ]; then return 0; fi
  rm -rf "$home"
  mkdir -p "$home"
  timeout 900 "$@" > "$log" 2>&1
  status=$?
  if [ $status -eq 0 ]; then
    echo "$made_from" > "$home/made-from"
    return 0
  fi
  why=$(grep -iE 'error|cannot|not found|no such' "$log" | grep -v 'complete log' | tail -1 | cut -c 1-200)
  if [ $status -eq 124 ]; then
    echo "SKIPPED $name: it is not there after 15 minutes"
  elif ! grep -q '^everything is here$' "$log" && grep -qiE "$not_here" "$log"; then
    echo "SKIPPED $name: ${why:-it cannot be fetched, see $log}"
  else
    echo "FAILED $name: ${why:-see $log}"
    failed=1
  fi
  return 1
}

missing=''
for tool in python3 unzip g++; do command -v $tool > /dev/null || missing+=" $tool"; done
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  echo "SKIPPED tfjs-node: it is built for Linux on x64, this is $(uname -s) on $(uname -m)"
elif [ -n "$missing" ]; then
  echo "SKIPPED tfjs-node: there is no$missing"
elif provide tfjs-node bash test/runtimes/tfjs-node.sh "$SHUFFLEPORT_RUNTIMES/tfjs-node"; then
  export SHUFFLEPORT_TFJS_NODE=$home
fi
# Its install script, which is not run, would only fetch a library for graphics cards.
if provide onnxruntime-node npm install --prefix "$SHUFFLEPORT_RUNTIMES/onnxruntime-node" --no-save --ignore-scripts \
  onnxruntime-node@1.30.0; then
  export SHUFFLEPORT_ONNXRUNTIME_NODE=$home
fi
node node_modules/vitest/vitest.mjs run --config vitest.installed.config.ts || failed=1
exit $failed
