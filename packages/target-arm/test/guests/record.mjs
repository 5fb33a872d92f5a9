// Runs every case of cases.json on QEMU and rewrites expected/: the event log and the output.
//
//   QEMU_ARM=qemu-system-arm QEMU_PLUGINS=DIR node record.mjs [CASE ...]
//
// QEMU_ARM may hold several words (a wrapper and its arguments). QEMU must have the discontinuity plugin API (10.2 or
// newer; the committed files come from 11.1.3), DIR must hold discon-log.so.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname
const { boards, qemu, cases } = JSON.parse(readFileSync(join(here, 'cases.json'), 'utf8'))
const plugins = process.env.QEMU_PLUGINS
if (!plugins) throw new Error('QEMU_PLUGINS must name the folder of discon-log.so')
const only = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'guests-'))
let failed = 0

for (const c of cases.flatMap(c => c.boards.map(board => ({ ...c, board, full: `${c.name}-${board}` })))) {
  if (only.length > 0 && !only.some(o => c.full === o || c.name === o)) continue
  const [command, ...words] = (process.env.QEMU_ARM ?? 'qemu-system-arm').split(/\s+/)
  const log = join(work, 'log')
  const out = join(work, 'out')
  for (const f of [log, out]) rmSync(f, { force: true })
  const elf = join(here, 'elf', `${c.elf ?? c.name}-${c.board}.elf`)
  const args = [...words, '-machine', boards[c.board].machine, ...qemu, '-kernel', elf]
  // The host calls that print go to the same file as the UART, in order
  args.push('-chardev', `file,id=out,path=${out},mux=on`, '-serial', 'chardev:out')
  if (c.semihosting) args.push('-semihosting-config', 'enable=on,target=native,chardev=out')
  const count = c.compare === 'count' ? ',count=on' : ''
  args.push('-plugin', `${join(plugins, 'discon-log.so')},out=${log}${count}`)
  const started = Date.now()
  const run = spawnSync(command, args, { cwd: work, encoding: 'utf8', timeout: 20_000 })
  const seconds = (Date.now() - started) / 1000
  const text = existsSync(out) ? readFileSync(out, 'utf8') : ''
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
  const ok = !run.error && run.status === c.exit // after a time-out QEMU ends with status 0
  if (!ok) failed++
  const last = text.trimEnd().split('\n').at(-1)
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${c.full} ${seconds.toFixed(2)} s, ${lines.length} lines, ${last}`)
  if (!ok) {
    console.log(`  exit status ${run.status ?? run.signal}, expected ${c.exit}\n${run.stderr}`)
    continue
  }
  const save = (extension, content) =>
    writeFileSync(join(here, 'expected', `${c.full}.${extension}`), content)
  save('log', `${lines.join('\n')}\n`)
  save('out', text)
  // Semihosting's SYS_WRITE to ":tt" goes to QEMU's own standard output, whatever chardev the console has
  if (run.stdout) save('stdout', run.stdout)
}
rmSync(work, { recursive: true })
process.exitCode = failed ? 1 : 0
