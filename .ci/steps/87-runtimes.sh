# Exports in onnxruntime-node and in tfjs-node, which is built from packages of npm and the Python index; both are kept.
. .ci/lib.sh
echo "npm run test:runtimes"
export SHUFFLEPORT_RUNTIMES=$PWD/$cache/runtimes
counted_vitest $results/runtimes.json npm run --silent test:runtimes
