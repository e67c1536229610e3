# The README's first command: the digits, converted, verified, classified.
. .ci/lib.sh
echo "npm start, which has 20 seconds"
started=$SECONDS
check "npm start" npm start
check "npm start takes under 20 s" test $((SECONDS - started)) -lt 20
