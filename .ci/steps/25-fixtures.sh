# Writes every fixture that comes from numpy again and compares it with what is committed.
. .ci/lib.sh
echo "fixtures/generate/make.py --check, in an environment of its own"
if ! command -v python3 > /dev/null; then
  skip "fixtures: there is no python3"
  exit 0
fi
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  skip "fixtures: the pinned numpy needs Python 3.11, this is $(python3 --version)"
  exit 0
fi
# The environment is kept, and made anew when the requirements or the Python change. Later steps use its Python.
venv=$cache/venv
made_from=$({ python3 --version; cat fixtures/requirements.txt; } | cksum)
log=$results/fixtures-install.log
if [ "$(cat "$venv/made-from" 2> /dev/null)" != "$made_from" ]; then
  rm -rf "$venv"
  if ! python3 -m venv "$venv" > "$log" 2>&1; then
    skip "fixtures: python3 -m venv fails: $(tail -1 "$log")"
    exit 0
  fi
  if ! "$venv/bin/pip" install --disable-pip-version-check -r fixtures/requirements.txt > "$log" 2>&1; then
    why=$(grep ERROR "$log" | tail -1)
    if grep -qiE 'connection|timed out|resolution|proxy' "$log"; then
      skip "fixtures: pip cannot reach its index: $why"
      exit 0
    fi
    echo "pip refuses fixtures/requirements.txt: $why"
    exit 1
  fi
  echo "$made_from" > "$venv/made-from"
fi
failed=0
for generator in make damaged stores; do
  "$venv/bin/python" "fixtures/generate/$generator.py" --check | tee ".ci/results/$generator.txt" | tail -20
  [ "${PIPESTATUS[0]}" -eq 0 ] || failed=1
  tail -1 ".ci/results/$generator.txt" | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/COUNT \1 \2/p'
done
exit "$failed"
