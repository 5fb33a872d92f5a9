// Sums up the vitest reports of all packages: prints a line per report and then, alone on the last line,
// `N passed, N failed`. A test file that could not be loaded, a test run that failed without a failing test,
// and a step of the gate that failed count as one failure each.
//
//   node .ci/summary.mjs <exit status of the test runs> <failed steps>
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const [testStatus = 0, failedSteps = 0] = process.argv.slice(2).map(Number)
const packages = new URL('../packages/', import.meta.url)
const reports = readdirSync(packages)
  .sort()
  .flatMap(name => [
    { name, file: new URL(`${name}/reports/vitest.json`, packages) },
    { name: `${name}, files with long parts`, file: new URL(`${name}/reports/long.json`, packages) },
  ])
let passed = 0
let failed = 0

for (const { name, file } of reports) {
  if (!existsSync(file)) {
    console.log(`${name}: no report`)
    continue
  }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  if (report.testResults.length === 0) continue
  const broken = report.testResults.filter(
    result => result.status === 'failed' && !result.assertionResults.some(test => test.status === 'failed'),
  ).length
  const skipped = report.numPendingTests + report.numTodoTests
  passed += report.numPassedTests
  failed += report.numFailedTests + broken
  console.log(
    `${name}: ${report.numPassedTests} passed, ${report.numFailedTests} failed` +
      (skipped ? `, ${skipped} skipped` : '') +
      (broken ? `, ${broken} test files not loaded` : ''),
  )
}

if (testStatus !== 0 && failed === 0) failed = 1
failed += failedSteps
if (failedSteps) console.log(`steps that failed: ${failedSteps}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
