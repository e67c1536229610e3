# Format, lint, types, unused code, package shape.
. .ci/lib.sh
for part in format types unused package; do
  check "npm run check:$part" npm run --silent "check:$part"
done
