// Runs every case of cases.json on QEMU and rewrites expected/: the event log and the output of the UART.
//
//   QEMU_RISCV64=qemu-system-riscv64 QEMU_RISCV32=qemu-system-riscv32 QEMU_PLUGINS=DIR node record.mjs [CASE ...]
//
// Each QEMU_RISCV* may hold several words (a wrapper and its arguments). QEMU must have the discontinuity plugin API
// (10.2 or newer; the committed files come from 11.1.3), DIR must hold discon-log.so.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname
const { cpu, qemu, cases } = JSON.parse(readFileSync(join(here, 'cases.json'), 'utf8'))
const plugins = process.env.QEMU_PLUGINS
if (!plugins) throw new Error('QEMU_PLUGINS must name the folder of discon-log.so')
const only = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'guests-'))
let failed = 0

for (const c of cases) {
  if (only.length > 0 && !only.some(o => c.name === o || c.name.startsWith(`${o}-rv`))) continue
  const [command, ...words] = (process.env[`QEMU_RISCV${c.xlen}`] ?? `qemu-system-riscv${c.xlen}`).split(
    /\s+/,
  )
  const log = join(work, 'log')
  const out = join(work, 'out')
  const args = [
    ...words,
    ...qemu,
    '-cpu',
    [cpu[c.xlen], c.cpuExtra].filter(Boolean).join(','),
    '-smp',
    String(c.smp),
    '-kernel',
    join(here, 'elf', `${c.elf ?? c.name}.elf`),
  ]
  // The host calls that print go to the same file as the UART, in order
  args.push('-chardev', `file,id=out,path=${out},mux=on`, '-serial', 'chardev:out')
  if (c.semihosting) args.push('-semihosting-config', 'enable=on,target=native,chardev=out')
  args.push(
    '-plugin',
    `${join(plugins, 'discon-log.so')},out=${log}${c.compare === 'count' ? ',count=on' : ''}`,
  )
  const started = Date.now()
  const run = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const seconds = (Date.now() - started) / 1000
  const text = readFileSync(out, 'utf8')
  const ok = !run.error && run.status === c.exit // after a time-out QEMU ends with status 0
  if (!ok) failed++
  let lines = readFileSync(log, 'utf8').trimEnd().split('\n')
  // QEMU gives the from_pc of an RV32 interrupt with the sign in its upper half (after mret); keep the address
  if (c.xlen === 32) lines = lines.map(l => l.replaceAll(/\bffffffff(?=[0-9a-f]{8}\b)/g, ''))
  if (c.compare === 'per-vcpu') {
    // How the vCPUs' events interleave is chance; a stable sort keeps the order within each
    lines.sort((a, b) => rank(a) - rank(b))
  }
  const last = text.trimEnd().split('\n').at(-1)
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${c.name} ${seconds.toFixed(2)} s, ${lines.length} lines, ${last}`)
  if (!ok) {
    console.log(`  exit status ${run.status ?? run.signal}, expected ${c.exit}\n${run.stderr}`)
    continue
  }
  writeFileSync(join(here, 'expected', `${c.name}.log`), `${lines.join('\n')}\n`)
  writeFileSync(join(here, 'expected', `${c.name}.out`), text)
  // Semihosting's SYS_WRITE to ":tt" goes to QEMU's own standard output, whatever chardev the console has
  if (run.stdout) writeFileSync(join(here, 'expected', `${c.name}.stdout`), run.stdout)
}
rmSync(work, { recursive: true })
process.exitCode = failed ? 1 : 0

function rank(line) {
  return line.startsWith('#') ? 1e6 + Number.parseInt(line.slice(7), 16) : Number.parseInt(line, 16)
}
