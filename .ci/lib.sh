# Shared by the steps.

# Prints `COUNT passed failed` from a vitest JSON report.
count_vitest() {
  node -e '
    const report = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    const skipped = report.numPendingTests + report.numTodoTests;
    if (skipped > 0) console.log(`SKIPPED ${skipped} tests that need what this machine lacks`);
    const broken = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
    console.log(`COUNT ${report.numPassedTests} ${report.numFailedTests + broken.length}`);
  ' "$1"
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
