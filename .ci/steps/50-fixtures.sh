# Writes every numpy fixture again and compares it with what is committed.
. .ci/lib.sh
if ! command -v python3 > /dev/null; then
  echo "SKIPPED fixtures: no python3"
  exit 0
fi
venv=.ci/cache/venv
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import numpy, h5py' 2> /dev/null; then
  rm -rf "$venv"
  if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check -r fixtures/requirements.txt; }; then
    echo "SKIPPED fixtures: no virtual environment with numpy and h5py can be made here"
    exit 0
  fi
fi
"$venv/bin/python" fixtures/generate/make.py --check | tee .ci/results/fixtures.txt
status=${PIPESTATUS[0]}
tail -1 .ci/results/fixtures.txt | sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/COUNT \1 \2/p'
exit "$status"
