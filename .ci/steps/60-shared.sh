# The product against the indexes of real, reported and damaged files, where they are.
. .ci/lib.sh
shared=${SHUFFLEPORT_SHARED:-../shared}
if [ ! -f "$shared/cases/INDEX.json" ]; then
  echo "SKIPPED shared indexes: $shared is not here"
  exit 0
fi
rm -f .ci/results/shared.json
SHUFFLEPORT_SHARED="$shared" SHUFFLEPORT_TEST_REPORT=.ci/results/shared.json node node_modules/vitest/vitest.mjs run --config vitest.shared.config.ts
status=$?
[ -f .ci/results/shared.json ] && count_vitest .ci/results/shared.json
exit $status
