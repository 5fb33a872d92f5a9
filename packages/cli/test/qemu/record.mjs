// Runs guests on QEMU under trace.c and rewrites digests.json, with which contrib-memory.test.ts compares ours; and
// under blocks.c, and rewrites blocks.json, for hotblocks.test.ts.
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
/** The plugin made of a C file. */
const built = name => {
  const plugin = join(work, `${name}.so`)
  execFileSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-O2', '-o', plugin, join(here, `${name}.c`)])
  return plugin
}
const [trace, blocks] = ['trace', 'blocks'].map(built)

const guestsOf = target => resolve(here, `../../../target-${target}/test/guests`)
const settingsOf = target => JSON.parse(readFileSync(join(guestsOf(target), 'cases.json'), 'utf8'))
const [riscv, arm] = [settingsOf('riscv'), settingsOf('arm')]
const riscvArgs = [...riscv.qemu, '-cpu', riscv.cpu['64'], '-serial', 'none']
const armArgs = board => [
  ...['-machine', arm.boards[board].machine, ...arm.qemu, '-serial', 'none'],
  ...['-semihosting-config', 'enable=on,target=native'],
]

/** What the plugin writes of a guest. */
function record(plugin, target, name, args) {
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
  return readFileSync(log, 'utf8')
}
const riscvGuest = name => ['riscv', `${name}-rv64`, riscvArgs]
const armGuest = name => ['arm', name, armArgs(name.split('-')[1])]
const write = (name, value) => writeFileSync(join(here, name), `${JSON.stringify(value, undefined, 2)}\n`)

const digests = {}
for (const [target, name, args] of [
  ...['hello', 'paging', 'exceptions', 'selfmod'].map(riscvGuest),
  ...['hello-an385', 'selfmod-an386'].map(armGuest),
]) {
  digests[name] = qemuDigests(name, record(trace, target, name, args))
  console.log(name, JSON.stringify(digests[name]))
}
write('digests.json', digests)

const counts = {}
for (const [target, name, args] of [...['programs', 'selfmod'].map(riscvGuest), armGuest('selfmod-an386')]) {
  // Not of the boot ROM; and what was translated and did not run is of no interest.
  const lines = record(blocks, target, name, args).trimEnd().split('\n')
  counts[name] = lines
    .filter(line => (target === 'arm' || /^8.{7},/.test(line)) && !line.endsWith(' 0'))
    .toSorted()
}
write('blocks.json', counts)
rmSync(work, { recursive: true })
