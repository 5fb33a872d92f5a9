// npm test: the plugin on a small guest, whose runs are the same every time, so that texts can be compared.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const demo = 'node_modules/guestscope/demo/demo-rv64.elf'
// Before version 22.18 Node runs no TypeScript; npm test has compiled it.
const plugin = process.features.typescript ? './plugin-name.ts' : './dist/plugin-name.js'

/** Runs the demo under the plugin. Standard output has what the guest prints, standard error the rest. */
function run(options, ...more) {
  const args = ['run', demo, '-p', [plugin, ...options].join(), ...more]
  const shell = process.platform === 'win32'
  const { status, stderr } = spawnSync('guestscope', args, { encoding: 'utf8', input: '', shell })
  return { status, report: stderr }
}

test('it counts instructions and discontinuities', () => {
  const { status, report } = run([])
  assert.equal(status, 0)
  assert.match(report, /^[1-9]\d* instructions, 17 discontinuities\n$/)
})

test('it lists as many discontinuities as asked for', () => {
  const { status, report } = run(['list', 'limit=2'])
  assert.equal(status, 0)
  assert.match(report, /^(vCPU 0: .* at 0x\w+, goes on at 0x\w+\n){2}[1-9]\d* instructions, /)
})

test('the report is the same without compiled code', () => {
  assert.deepEqual(run(['list'], '--tier', '0'), run(['list']))
})

test('a wrong option is refused', () => {
  const { status, report } = run(['limit=few'])
  assert.notEqual(status, 0)
  assert.match(report, /limit=few is not possible/)
})
