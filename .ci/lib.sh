# Shared by the steps. Each runs from the repository's root, in its own bash.

results=.ci/results
cache=.ci/cache

# The Python with numpy and h5py that the fixtures step made; tests ask it for fresh cases.
use_fixtures_python() {
  if [ -f $cache/venv/made-from ]; then export SHUFFLEPORT_PYTHON=$PWD/$cache/venv/bin/python; fi
}

# Says that something was not run, and why. It counts neither as passed nor as failed.
skip() {
  echo "SKIPPED $*"
}

# Prints `COUNT passed failed` from a vitest JSON report, and what it skipped. A test file that could not be loaded has no
# tests to count: it is one failure.
count_vitest() {
  node -e '
    const report = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    const skipped = report.numPendingTests + report.numTodoTests;
    const isSkipped = ({ status }) => status !== "passed" && status !== "failed";
    const files = new Set(
      report.testResults.filter((file) => file.assertionResults.some(isSkipped)).map((file) => path.relative("", file.name)),
    );
    if (skipped > 0) console.log(`SKIPPED ${skipped} tests, marked by themselves as not for this machine (${[...files].join(", ")})`);
    const broken = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
    console.log(`COUNT ${report.numPassedTests} ${report.numFailedTests + broken.length}`);
  ' "$1"
}

# Runs a command that runs vitest, counts its tests, and gives the status of the command.
counted_vitest() {
  local report=$1 status
  shift
  rm -f "$report"
  SHUFFLEPORT_TEST_REPORT=$report "$@"
  status=$?
  if [ -f "$report" ]; then count_vitest "$report"; fi
  return $status
}

# Runs a command as one check and counts it.
check() {
  local name=$1
  shift
  if "$@"; then
    echo "ok $name"
    echo "COUNT 1 0"
  else
    echo "FAILED $name"
    echo "COUNT 0 1"
  fi
}

# The Python of an environment for the packages in a requirements file, kept, and made anew when the requirements or the
# Python change: `python_environment NAME WHAT REQUIREMENTS LEAST MOST` sets `environment_python`, versions as `3, 11`. Ends
# the step: skipped where the machine or its connection is the reason, failed where pip refuses the file.
python_environment() {
  local name=$1 what=$2 requirements=$3 least=$4 most=$5 venv made_from log why
  if ! command -v python3 > /dev/null; then
    skip "$what: there is no python3"
    exit 0
  fi
  if ! python3 -c "import sys; sys.exit(not ($least) <= sys.version_info[:2] <= ($most))"; then
    skip "$what: the pinned packages are for Python ${least/, /.} to ${most/, /.}, this is $(python3 --version)"
    exit 0
  fi
  venv=$cache/$name
  made_from=$({ python3 --version; cat "$requirements"; } | cksum)
  log=$results/$name-install.log
  if [ "$(cat "$venv/made-from" 2> /dev/null)" != "$made_from" ]; then
    rm -rf "$venv"
    if ! python3 -m venv "$venv" > "$log" 2>&1; then
      skip "$what: python3 -m venv fails: $(tail -1 "$log")"
      exit 0
    fi
    if ! timeout 600 "$venv/bin/pip" install --disable-pip-version-check -r "$requirements" > "$log" 2>&1; then
      why=$(grep ERROR "$log" | tail -1)
      if [ -z "$why" ] || grep -qiE 'connection|timed out|resolution|proxy' "$log"; then
        skip "$what: pip cannot reach its index, or not in ten minutes: ${why:-it was stopped}"
        exit 0
      fi
      if grep -qE 'No matching distribution|from versions: none' "$log"; then
        skip "$what: no such package for this machine: $why"
        exit 0
      fi
      echo "pip refuses $requirements: $why"
      exit 1
    fi
    echo "$made_from" > "$venv/made-from"
  fi
  environment_python=$PWD/$venv/bin/python
}

# Adds a package to the environment that `python_environment` named, and says if an index has none for this machine:
# `python_addition NAME WHAT PACKAGE`.
python_addition() {
  local name=$1 what=$2 package=$3 log
  log=$results/$name-install.log
  if ! timeout 600 "$environment_python" -m pip install --disable-pip-version-check "$package" > "$log" 2>&1; then
    skip "$what: pip cannot install $package: $(grep ERROR "$log" | tail -1)"
  fi
}
