# The README's test command, as it stands there, on the Node that runs.
. .ci/lib.sh
echo "npm cit on Node $(node --version)"
counted_vitest $results/test.json npm cit
