# Writes every fixture that comes from numpy again and compares it with what is committed.
. .ci/lib.sh
echo "fixtures/generate/make.py --check, in an environment of its own"
if ! command -v python3 > /dev/null; then
  skip "fixtures: there is no python3"
  exit 0
fi
# The environment is kept, and made anew when the requirements or the Python change.
venv=$cache/venv-$({ python3 --version; cat fixtures/requirements.txt; } | cksum | cut -d ' ' -f 1)
log=$results/fixtures-install.log
if [ ! -f "$venv/ready" ]; then
  rm -rf "$venv"
  if ! python3 -m venv "$venv" > "$log" 2>&1; then
    skip "fixtures: python3 -m venv fails: $(tail -1 "$log")"
    exit 0
  fi
  if ! "$venv/bin/pip" install --disable-pip-version-check -r fixtures/requirements.txt > "$log" 2>&1; then
    skip "fixtures: pip cannot install fixtures/requirements.txt: $(grep -m 1 ERROR "$log")"
    exit 0
  fi
  touch "$venv/ready"
fi
"$venv/bin/python" fixtures/generate/make.py --check | tee $results/fixtures.txt
status=${PIPESTATUS[0]}
sed -nE '$ s/^([0-9]+) passed, ([0-9]+) failed$/COUNT \1 \2/p' $results/fixtures.txt
sed -nE 's/^skipped, (.*)/SKIPPED \1/p' $results/fixtures.txt
exit "$status"
