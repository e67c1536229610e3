# `npm run check`, part by part, so that each is counted and one that fails hides no other.
. .ci/lib.sh
parts=$(node -p 'Object.keys(require("./package.json").scripts).filter((name) => name.startsWith("check:")).join(" ")')
echo "npm run check: $parts"
for part in $parts; do
  check "npm run $part" npm run --silent "$part"
done
