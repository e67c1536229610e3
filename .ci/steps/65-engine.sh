# The engine beside the evaluator over a thousand random ShuffleNets, and as many networks of any topology; `npm test` takes
# the first few of them.
. .ci/lib.sh
export SHUFFLEPORT_ENGINE_RUNS=334
counted_vitest $results/engine.json node node_modules/vitest/vitest.mjs run --testTimeout 600000 test/engine/engine.test.ts \
  test/engine/topologies.test.ts
