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
