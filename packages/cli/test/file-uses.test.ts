/** Two that write to one file, or over what the run has read, are refused before anything is lost; folders that are missing. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guest, type Outcome, runAll } from './harness.ts'

const program = guest('hello-rv64')
const log = 'discon-log,out='
const writing = `
export default {
  name: 'writing', description: '', apiVersion: 1,
  options: { in: { type: 'string', description: '' }, at: { type: 'string', description: '' }, out: { type: 'string', multiple: true, description: '' } },
  install(api, { in: input, at, out }) {
    if (input) api.readFile(input)
    const write = () => { for (const path of out) api.openOutput(path).write('x') }
    if (at === 'install') write()
    else api.onExit(write)
  },
}`

const cases = {
  'two plugins': ['-p', `${log}a`, '-p', 'exec-log,out=a'],
  'one plugin twice': ['-p', `${log}b`, '-p', `${log}b`],
  'by a link': ['-p', `${log}target`, '-p', 'exec-log,out=link'],
  'the image': ['-p', `${log}copy.elf`],
  'the image by a link': ['-p', `${log}image-link`],
  '--plugin-output': ['-p', `${log}c`, '--plugin-output', 'c'],
  '--stats-json': ['--serial', 'file:d', '--stats-json', 'd'],
  'input of a plugin': ['-p', './writing.mjs,in=input', '-p', `${log}input`],
  'at the end of the run': ['-p', `${log}e`, '-p', './writing.mjs,at=end,out=e'],
} as const
const fine = {
  'one plugin, one file, twice': ['-p', './writing.mjs,at=end,out=f,out=./f'],
  'no plain file': ['-p', `${log}/dev/null`, '-p', 'exec-log,out=/dev/null'],
} as const
/** A folder that is not there is status 125, whoever names it, and whenever. */
const missing = {
  '--serial': ['--serial', 'file:no/x'],
  '--plugin-output': ['--plugin-output', 'no/x'],
  '--stats-json': ['--stats-json', 'no/x'],
  '--semihosting-dir': ['--semihosting-dir', 'no/x'],
  'a plugin at its installation': ['-p', './writing.mjs,at=install,out=no/x'],
  'a plugin at the end': ['-p', './writing.mjs,at=end,out=no/x'],
  'a ready plugin': ['-p', 'drcov,out=no/x'],
} as const

let directory = ''
let outcomes: Readonly<Record<string, Outcome>> = {}
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'guestscope-files-'))
  copyFileSync(program, join(directory, 'copy.elf'))
  writeFileSync(join(directory, 'target'), 'target')
  writeFileSync(join(directory, 'input'), 'input')
  writeFileSync(join(directory, 'writing.mjs'), writing)
  symlinkSync('target', join(directory, 'link'))
  symlinkSync('copy.elf', join(directory, 'image-link'))
  const all = Object.entries({ ...cases, ...fine })
  const folders = Object.entries(missing).map(([name, args]) => [`folder: ${name}`, args] as const)
  const rows = [...all, ...folders]
  const results = runAll(
    rows.map(([, args]) => ({ args: ['run', 'copy.elf', ...args] })),
    directory,
  )
  outcomes = Object.fromEntries(rows.map(([name], i) => [name, results[i] as Outcome]))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('refused', () => {
  test.each(Object.keys(cases))('%s', name => {
    const { status, stderr } = outcomes[name] as Outcome
    expect(stderr).toMatch(/^guestscope: [^\n]+ \(file\/in-use\)\n$/)
    expect(status).toBe(125)
  })
  test('nothing was overwritten', () => {
    const read = (name: string): string => readFileSync(join(directory, name), 'latin1')
    expect(read('copy.elf')).toBe(readFileSync(program, 'latin1'))
    expect(read('input')).toBe('input')
  })
  test('who it is, is said', () => {
    expect(outcomes['two plugins']?.stderr).toContain(
      "The file 'a' cannot be written for plugin exec-log: plugin discon-log writes to it. Name another file.",
    )
    expect(outcomes['the image']?.stderr).toContain('it is read as the image')
  })
})
test.each(Object.keys(fine))('not refused: %s', name => {
  expect(outcomes[name]).toMatchObject({ status: 0, stderr: '' })
})
test.each(Object.keys(missing))('a missing folder, %s', name => {
  const { status, stderr } = outcomes[`folder: ${name}`] as Outcome
  expect(stderr).toMatch(/^guestscope: [^\n]+ \(file\/(create|folder)\)\n$/)
  expect(status).toBe(125)
})
