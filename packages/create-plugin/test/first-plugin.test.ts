/** The code of docs/first-plugin.md, in a folder made by this package: its types are right, and its test passes. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, Scratch } from './scratch.ts'

const page = readFileSync(join(root, 'docs/first-plugin.md'), 'utf8')
const blocks = [...page.matchAll(/^```\w*\n(.*?)^```$/gms)].map(found => found[1] as string)
const fileOf = (code: string): string | undefined => /^\/\/ (\S+)\n/.exec(code)?.[1]

test('every block is a file', () => {
  expect(blocks.map(fileOf)).toEqual(['insns.ts', 'stores.ts', 'faults.ts', 'stores.test.mjs'])
})

test.runIf(process.env.GUESTSCOPE_LONG)('they have right types, run, and pass their test', () => {
  using scratch = new Scratch()
  scratch.create('stores')
  scratch.install('stores')
  for (const code of blocks) writeFileSync(join(scratch.path, 'stores', fileOf(code) as string), code)
  expect(scratch.check('stores')).toEqual({ status: 0, stdout: '', stderr: '' })
  for (const plugin of ['insns', 'faults']) {
    const demo = 'node_modules/guestscope/demo/demo-rv64.elf'
    const { status, stderr } = scratch.run('stores', 'guestscope', 'run', demo, '-p', `./${plugin}.ts`)
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^([1-9]\d* instructions|load page fault at .*)\n$/),
    })
  }
  const { status, stdout } = scratch.run('stores', 'node', '--test', '--test-reporter=tap')
  expect(status, stdout).toBe(0)
  expect(stdout).toMatch(/^# pass 4$/m)
})
