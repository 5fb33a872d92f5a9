/** Whole command lines: what they print and how they end. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeElf } from '@guestscope/images'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demo, echo, guest, type Outcome, runAll } from './harness.ts'

const hello = guest('hello-rv64')
const nested = guest('nested-rv64')

interface Row {
  readonly args: readonly string[]
  readonly input?: string
  readonly status: number
  /** Standard output, whole. */
  readonly out?: string
  /** Pieces of standard output, of standard error. */
  readonly prints?: readonly string[]
  readonly says?: readonly string[]
}

const row = (command: string, status: number, says: readonly string[]): Row => ({
  args: command.split(' ').map(word => (word === 'HELLO' ? hello : word === 'NESTED' ? nested : word)),
  status,
  says,
})

// One paragraph each, and nothing on standard output.
const refused: readonly Row[] = [
  row('run nofile.elf', 125, ["'nofile.elf'", 'no such file', 'Check the path', '(file/read)']),
  row('run .', 125, ['it is a directory']),
  row('run empty.elf', 125, ['empty.elf: The file is empty', '(image/empty)']),
  row('run text.elf', 125, ['not an ELF file']),
  row('run short.elf', 125, ['short.elf: The ELF file is truncated', '(image/truncated)']),
  row('run cut.elf', 125, ['outside the file', 'truncated']),
  row('run x86.elf', 125, ['for x86-64', 'riscv64 or riscv32 or arm-m', '(image/machine)']),
  row('run big.elf', 125, ['big.elf: The program is big-endian RISC-V', '(image/wrong-order)']),
  row('run outside.elf', 125, ['outside.elf: ', '0x40000000', 'RAM 0x80000000', '--memory']),
  row('run HELLO --target riscv32', 125, ['64-bit', 'riscv32']),
  row('run HELLO --target mips', 125, ["no target 'mips'", 'riscv64, riscv32, arm-m']),
  row('run HELLO --board vitr', 125, ["no board 'vitr'", "Did you mean 'virt'?"]),
  row('run HELLO --board microbit', 125, [
    "no board 'microbit' for riscv64",
    'only for arm-m',
    'Known for riscv64: virt.',
    '(usage/board)',
  ]),
  row('run HELLO --cpu cortex-m3', 125, ['only for arm-m', '(usage/cpu)']),
  row('disas HELLO --cpu rv32', 125, ['only for riscv32', '(usage/cpu)']),
  row('run text.elf --raw 0 --board vitr', 125, ["no board 'vitr'", "Did you mean 'virt'?"]),
  row('help trasp', 125, ["no command 'trasp'", "Did you mean 'traps'?"]),
  row('list trasp', 125, ["does not know 'trasp'", "Did you mean 'traps'?"]),
  row('list missing.ts', 125, ["no plugin file 'missing.ts'"]),
  row('run HELLO --cpu rv46', 125, ["no CPU 'rv46'", 'rv64']),
  row('run HELLO --cpu rv64,zicond', 125, ["'zicond' is no property", 'NAME=on', '(usage/cpu)']),
  row('run HELLO --cpu rv64,zfoo=on', 125, ["no property 'zfoo'", 'Known: ', '(config/cpu-property)']),
  row('run HELLO --cpu rv64,f=off', 125, ['d needs f', 'd=off', '(config/cpu-property)']),
  row('run HELLO --cpu rv64,c=off', 125, ['always has the extension c', '(config/cpu-property)']),
  row('disas HELLO --cpu rv64,zicond=perhaps', 125, ["'perhaps' is no value", '(config/cpu-property)']),
  row('run HELLO --smp 9', 125, ['9 CPUs', '1 to 8']),
  row('run HELLO -m 5', 125, ['5 bytes', '64 KiB']),
  row('run HELLO -m 64G', 125, ['memory', '(config/memory)']),
  row('run HELLO --memroy 1M', 125, ['--memroy', 'Did you mean --memory?']),
  row('run HELLO --plugin-output no/dir', 125, ["'no/dir'", 'directory does not exist', '(file/create)']),
  row('run HELLO --serial file:no/dir', 125, ["'no/dir'", 'directory does not exist']),
  row('fly', 125, ["no command 'fly'", 'run, list, disas, help']),
  row('lits', 125, ["Did you mean 'list'?"]),
  row('kernel.elf', 125, ["'guestscope run kernel.elf'"]),
  row('--target riscv64', 125, ['--target before the command']),
  row('list bords', 125, ['bords', 'boards']),
  row('disas HELLO --symbol main', 125, ['no symbol', 'stripped']),
  row('disas HELLO --start 0x10', 125, ['no code at 0x10', '0x80000000']),
  row('run HELLO -p trasp', 125, [
    "no plugin 'trasp'",
    "Did you mean 'traps'?",
    'discon-log',
    '(plugin/not-found)',
  ]),
  row('run HELLO -p missing.ts', 125, ["no plugin file 'missing.ts'"]),
  row('run HELLO -p tester', 125, ["Did you mean './tester.ts'?"]),
  row('run HELLO -p ,a=1', 125, ['No plugin is named', 'NAME,key=value']),
  row('run HELLO -p traps,be=type', 125, ['traps has no option', "'be'", 'by', '(plugin/option-unknown)']),
  row('run HELLO -p traps,by=cpu', 125, ['by=cpu', 'type, cause', '(plugin/option-value)']),
  row('run HELLO -p exec-log,limit=few', 125, ['limit=few', 'whole number']),
  row('run HELLO -p discon-log,out=no/dir', 125, ['discon-log', "'no/dir'", 'directory does not exist']),
  row('run HELLO -p newer.mjs', 125, [
    'version 99',
    'version 1',
    'Update Guestscope',
    '(plugin/api-too-new)',
  ]),
  row('run HELLO -p number.mjs', 125, [
    "'number.mjs' is not a plugin",
    'definePlugin',
    '(plugin/not-a-plugin)',
  ]),
  row('run HELLO -p syntax.mjs', 125, ["'syntax.mjs' cannot be loaded", 'Mend the plugin']),
  row('run HELLO -p import.mjs', 125, ["'nowhere'", 'Install what it imports']),
  row('run HELLO -p loading.mjs', 125, ['boom at load', 'loading.mjs:1']),
  row('run HELLO -p ./tester.ts,at=install', 125, [
    'tester',
    'in install',
    'tester.ts:',
    'boom',
    '(plugin/install-failed)',
  ]),
]

const failing: readonly Row[] = ['onTranslate', 'onExec', 'onDiscon', 'onExit'].map(callback =>
  row(`run NESTED -p ./tester.ts,at=${callback}`, 70, [
    `Plugin tester threw an error in ${callback}`,
    'tester.ts:',
    `boom in ${callback}.`,
    'Mend the plugin, or leave it out. (plugin/threw)',
  ]),
)

const helloText = 'Hello from a RISC-V guest.\n'
const running: readonly Row[] = [
  { args: ['run', hello], status: 0, out: helloText },
  { args: ['run', guest('hello-rv32'), '--tier', 'oracle'], status: 0, out: helloText },
  { args: ['run', hello, '--serial', 'none'], status: 0, out: '' },
  { args: ['run', hello, '--serial', 'file:serial.txt'], status: 0, out: '' },
  { args: ['run', nested, '-p', './tester.ts'], status: 0, out: 'nested: passed\n', says: ['119 events\n'] },
  { args: ['run', nested, '-p', 'as-package'], status: 0, says: ['119 events\n'] },
  {
    args: ['run', nested, '-p', './tester.ts,at=onDiscon', '-p', 'traps', '--plugin-errors', 'stop-plugin'],
    status: 0,
    out: 'nested: passed\n',
    says: ['Plugin tester threw an error in onDiscon', 'The run goes on without it.', 'vCPU'],
  },
  { args: ['run', nested, '-p', 'traps', '--plugin-output', 'report.txt'], status: 0 },
  { args: ['run', nested, '-p', './tester.ts,exit=5'], status: 5, says: ['tester: enough'] },
  { args: ['run', guest('semihosting-exit-rv64'), '--semihosting'], status: 7 },
  {
    args: ['run', guest('extensions-rv64'), '--cpu', 'max'],
    status: 0,
    out: 'extensions: 596 checks passed\n',
  },
  { args: ['run', guest('extensions-rv64'), '--cpu', 'rv64,svinval=on,svnapot=true'], status: 0 },
  // Its first cbo.zero is illegal.
  { args: ['run', guest('extensions-rv64'), '--cpu', 'max,zicboz=off'], status: 74 },
  { args: ['run', guest('semihosting-off-rv64')], status: 0, says: ['Serve them with --semihosting.\n'] },
  {
    args: ['run', '--bios', 'zeros.bin', '--target', 'riscv64', '--max-instructions', '1e5'],
    status: 124,
    says: ['CPU 0 gets nowhere: instruction access fault at 0x0, again and again'],
  },
  { args: ['run', echo], input: 'xyzq', status: 7, out: 'ready\nxyzq' },
  { args: ['run', echo], input: 'xy', status: 1, out: 'ready\nxy', says: ['cannot come', 'no more input'] },
  { args: ['run', echo], status: 1, out: 'ready\n', says: ['cannot come'] },
  { args: ['run', echo], input: 'w', status: 1, says: ['cannot come'] },
  { args: ['run', echo, '--expect-text', 'abc'], input: 'ababcq', status: 0, out: 'ready\nababc' },
  {
    args: ['run', echo, '--expect-text', 'abd'],
    input: 'abcq',
    status: 1,
    out: 'ready\nabcq',
    says: ["status 7 before the guest had printed 'abd'"],
  },
  { args: ['run', echo, '--timeout', '0.3'], input: 's', status: 124, says: ['0.3 s (--timeout)'] },
  {
    args: ['run', echo, '--timeout', '0.3', '--expect-text', 'PASS', '-p', './tester.ts'],
    input: 's',
    status: 1,
    says: ['0.3 s (--timeout)', "before the guest had printed 'PASS'", '0 events'],
  },
  {
    args: ['run', echo, '--max-instructions', '1e5', '-p', 'exec-log,hash=1000000,out=hash.txt'],
    input: 's',
    status: 124,
    says: ['after 100000 instructions'],
  },
]

const informing: readonly Row[] = [
  { args: ['--version'], status: 0, prints: ['guestscope 0.'] },
  { args: ['help'], status: 0, prints: ['guestscope run [IMAGE]', 'Exit status:', '124'] },
  { args: ['run', '--help'], status: 0, prints: ['--expect-text TEXT', '124'] },
  { args: ['help', 'disas'], status: 0, prints: ['--symbol NAME'] },
  { args: ['list', 'targets'], status: 0, prints: ['riscv64', 'riscv32', 'arm-m'] },
  {
    args: ['list'],
    status: 0,
    prints: ['targets:', 'boards:\n  virt', 'cpus:\n  rv64', 'plugins:', 'traps: Counts', 'by='],
  },
  ...['list', 'help'].flatMap((command): Row[] => [
    { args: [command, 'traps'], status: 0, prints: ['  traps: Counts', 'by='] },
    { args: [command, './tester.ts'], status: 0, prints: ['  ./tester.ts: For the tests.', 'at='] },
    { args: [command, 'microbit'], status: 0, prints: ['microbit ', 'arm-m: ', '16K of memory'] },
    { args: [command, 'virt'], status: 0, prints: ['riscv64: ', 'riscv32: '] },
    { args: [command, 'cortex-m0plus'], status: 0, prints: ['cortex-m0plus ', 'Armv6-M'] },
    { args: [command, 'arm-m'], status: 0, prints: ['arm-m ', 'M-profile'] },
  ]),
  { args: ['list', 'plugins'], status: 0, prints: ['discons', 'discon-log', 'exec-log', 'hash=', 'abort='] },
  {
    args: ['disas', hello, '--count', '2'],
    status: 0,
    out: '80000000:  f1402473  csrrs   s0,mhartid,zero\n80000004:  00000117  auipc   sp,0x0\n',
  },
  {
    args: ['disas', echo, '--symbol', 'spin'],
    status: 0,
    prints: ['<spin>:\n', '0000006f  jal     zero,0x'],
  },
  {
    args: ['disas', echo, '--start', '0x80000050', '--count', '1'],
    status: 0,
    out: '80000050:  0044a283  lw      t0,4(s1)\n',
  },
  { args: ['disas', echo], status: 0, prints: ['80000000 <_start>:\n', '\n\n8000004c <echo>:\n', 'wfi\n'] },
]

const testerSource = `
import { definePlugin, Discon, type PluginApi } from '@guestscope/plugin-api'
export default definePlugin({
  name: 'tester', description: 'For the tests.', apiVersion: 1,
  options: {
    at: { type: 'string', default: '', description: 'Where to throw.' },
    exit: { type: 'number', default: 0, description: 'Status to end with at the first event.' },
  },
  install(api: PluginApi, { at, exit }) {
    const boom = (here: string): void => { if (at === here) throw new Error('boom in ' + here) }
    let events = 0
    boom('install')
    if (at !== '') api.onTranslate(tb => { boom('onTranslate'); tb.onExec(() => boom('onExec')) })
    api.onDiscon(Discon.All, () => { boom('onDiscon'); events++; if (exit > 0) api.exit(exit, 'enough') })
    api.onExit(() => { boom('onExit'); api.output(events + ' events\\n') })
  },
})
`
const scriptSource = testerSource.replaceAll(/, type PluginApi|: PluginApi|: string(?=\))|: void(?= =>)/g, '')

/** Far from any node_modules. */
let directory = ''
let outcomes: ReadonlyMap<Row, Outcome>

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'guestscope-cli-'))
  const put = (name: string, data: string | Uint8Array): void => writeFileSync(join(directory, name), data)
  const elf = (change: (view: DataView) => void): Uint8Array => {
    const bytes = new Uint8Array(readFileSync(hello))
    change(new DataView(bytes.buffer))
    return bytes
  }
  put('empty.elf', '')
  put('zeros.bin', new Uint8Array(64))
  put('text.elf', 'int main(void) { return 0; }\n')
  put('short.elf', readFileSync(hello).subarray(0, 40))
  put('cut.elf', readFileSync(hello).subarray(0, 300))
  put(
    'x86.elf',
    elf(view => view.setUint16(18, 62, true)),
  )
  put(
    'big.elf',
    writeElf({
      bits: 64,
      littleEndian: false,
      machine: 243,
      flags: 0,
      entry: 0x8000_0000,
      segments: [{ base: 0x8000_0000, bytes: new Uint8Array(4), flags: 5, align: 4 }],
    }),
  )
  put(
    'outside.elf',
    elf(view => view.setBigUint64(64 + 24, 0x4000_0000n, true)),
  )
  put('tester.ts', testerSource)
  put('newer.mjs', scriptSource.replace('apiVersion: 1', 'apiVersion: 99'))
  put('number.mjs', 'export default 5')
  put('syntax.mjs', 'export default = {')
  put('import.mjs', "import 'nowhere'\nexport default {}")
  put('loading.mjs', "throw new Error('boom at load')")
  mkdirSync(join(directory, 'node_modules/as-package'), { recursive: true })
  put('node_modules/as-package/package.json', '{ "type": "module", "exports": { "import": "./main.js" } }')
  put('node_modules/as-package/main.js', scriptSource)

  const rows = [...refused, ...failing, ...running, ...informing]
  const results = runAll(rows, directory)
  outcomes = new Map(rows.map((one, i) => [one, results[i] as Outcome]))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const title = ({ args, input }: Row): string =>
  `${args.map(arg => arg.replace(/^.*\//, '')).join(' ')}${input === undefined ? '' : ` < ${input}`}`

function check(expected: Row): Outcome {
  const outcome = outcomes.get(expected) as Outcome
  for (const text of expected.says ?? []) expect(outcome.stderr).toContain(text)
  for (const text of expected.prints ?? []) expect(outcome.stdout).toContain(text)
  if (expected.out !== undefined) expect(outcome.stdout).toBe(expected.out)
  expect(outcome.status, outcome.stderr).toBe(expected.status)
  return outcome
}
const rows = (list: readonly Row[]): [string, Row][] => list.map(one => [title(one), one])

describe('refused, in one paragraph', () => {
  test.each(rows(refused))('%s', (_, expected) => {
    const { stdout, stderr } = check(expected)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^guestscope: [^\n]+ \([a-z]+\/[a-z-]+\)\n$/)
  })
})
describe('a plugin that throws', () => {
  test.each(rows(failing))('%s', (_, expected) => {
    expect(check(expected).stderr).toMatch(/^guestscope: [^\n]+\n$/)
  })
})
describe('runs', () => {
  test.each(rows(running))('%s', (_, expected) => {
    check(expected)
  })
  test('write the files asked for', () => {
    const text = (name: string): string => readFileSync(join(directory, name), 'utf8')
    expect(text('serial.txt')).toBe(helloText)
    expect(text('report.txt')).toMatch(/vCPU +interrupts +exceptions +host calls\n +0 +2 +117 +0\n/)
    expect(text('hash.txt')).toContain('# vcpu 0 insns 100000 hash ')
  })
})
describe('tells', () => {
  test.each(rows(informing))('%s', (_, expected) => {
    expect(check(expected).stderr).toBe('')
  })
})

test('the demo is the guest that the README there names', () => {
  expect(readFileSync(demo).equals(readFileSync(guest('demo-rv64')))).toBe(true)
})
