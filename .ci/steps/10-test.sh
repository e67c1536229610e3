# The README's test command, as it stands there, on the Node that runs.
. .ci/lib.sh
echo "node $(node --version)"
rm -f .ci/results/test.json
SHUFFLEPORT_TEST_REPORT=.ci/results/test.json npm cit
status=$?
[ -f .ci/results/test.json ] && count_vitest .ci/results/test.json
exit $status
