// Runs guests on QEMU under trace.c and rewrites digests.json, with which contrib-memory.test.ts compares ours.
//
//   QEMU_RISCV64=qemu-system-riscv64 QEMU_ARM=qemu-system-arm node record.mjs
//
// QEMU 11 or later, and a C compiler (CC, default cc). QEMU_* may hold several words.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { qemuDigests } from './traces.ts'

const here = import.meta.dirname
const work = mkdtempSync(join(tmpdir(), 'traces-'))
const plugin = join(work, 'trace.so')
execFileSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O2', '-o', plugin, join(here, 'trace.c')])

const guestsOf = target => resolve(here, `../../../target-${target}/test/guests`)
const settingsOf = target => JSON.parse(readFileSync(join(guestsOf(target), 'cases.json'), 'utf8'))
const [riscv, arm] = [settingsOf('riscv'), settingsOf('arm')]
const riscvArgs = [...riscv.qemu, '-cpu', riscv.cpu['64'], '-serial', 'none']
const armArgs = board => [
  ...['-machine', arm.boards[board].machine, ...arm.qemu, '-serial', 'none'],
  ...['-semihosting-config', 'enable=on,target=native'],
]

const guests = [
  ...['hello', 'paging', 'exceptions', 'selfmod'].map(name => ['riscv', `${name}-rv64`, riscvArgs]),
  ...['hello-an385', 'selfmod-an386'].map(name => ['arm', name, armArgs(name.split('-')[1])]),
]
const digests = {}
for (const [target, name, args] of guests) {
  const command = process.env[target === 'arm' ? 'QEMU_ARM' : 'QEMU_RISCV64']
  const [program, ...words] = (command ?? `qemu-system-${target === 'arm' ? 'arm' : 'riscv64'}`).split(/\s+/)
  const log = join(work, 'log')
  const elf = join(guestsOf(target), 'elf', `${name}.elf`)
  const run = spawnSync(program, [...words, ...args, '-kernel', elf, '-plugin', `${plugin},out=${log}`], {
    cwd: work,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 120_000,
  })
  if (run.status !== 0) throw new Error(`${name}: QEMU ended with ${run.status ?? run.signal}`)
  digests[name] = qemuDigests(name, readFileSync(log, 'utf8'))
  console.log(name, JSON.stringify(digests[name]))
}
writeFileSync(join(here, 'digests.json'), `${JSON.stringify(digests, undefined, 2)}\n`)
rmSync(work, { recursive: true })
