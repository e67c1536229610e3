# The product against the indexes of real, reported and damaged files, where they are.
. .ci/lib.sh
shared=${SHUFFLEPORT_SHARED:-../shared}
echo "test/shared against $shared"
if [ ! -f "$shared/cases/INDEX.json" ]; then
  skip "shared indexes: $shared/cases/INDEX.json is not there"
  exit 0
fi
export SHUFFLEPORT_SHARED=$shared
use_fixtures_python
counted_vitest $results/shared.json node node_modules/vitest/vitest.mjs run --config vitest.shared.config.ts
