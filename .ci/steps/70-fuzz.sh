# A minute of `npm run fuzz`: good files made bad, and what we read in them held against h5py. Any of the files can be made
# again with --seed and --only.
. .ci/lib.sh
use_fixtures_python
seed=${SHUFFLEPORT_FUZZ_SEED:-1}
echo "npm run fuzz -- --seed $seed --seconds 60"
npm run --silent fuzz -- --seed "$seed" --seconds 60
