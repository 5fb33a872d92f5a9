/** Runs programs on Guestscope and on QEMU (the command is that of the guests' `record.mjs`). */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Machine, type Tier } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { armMBoards, createArmMTarget } from '../../src/index.ts'
import { platformOf } from './layout.ts'

/** Far more than any program here needs: a guard against programs that have gone astray. */
const mostInstructions = 50_000_000

const guests: { qemu: string[] } = JSON.parse(
  readFileSync(new URL('../guests/cases.json', import.meta.url), 'utf8'),
)

/** What the program prints: a line per chunk. */
export function runOnOurs(name: string, elf: Uint8Array, tier: Tier): string {
  const { core, machine: boardName } = platformOf(name)
  const board = armMBoards.find(b => b.name === boardName)
  if (!board) throw new Error(`no board ${boardName}`)
  let out = ''
  const decoder = new TextDecoder('latin1')
  const machine = new Machine({
    target: createArmMTarget(core),
    board,
    tier,
    hotThreshold: 2, // what runs twice runs in a region the second time
    batch: 1,
    memoryBytes: board.defaultMemory,
    cpus: 1,
    console: {
      write: bytes => {
        out += decoder.decode(bytes)
      },
    },
    image: loadElf(elf),
    semihosting: true,
  })
  const state = machine.run(mostInstructions)
  const reason = machine.stopReason
  if (reason?.kind === 'exit' && reason.status === 0) return out
  return `${out}(${state} at ${machine.cpus[0]?.pc.toString(16)} after ${machine.executed} instructions)\n`
}

export async function runOnQemu(name: string, elf: Uint8Array): Promise<string> {
  const [program = '', ...words] = (process.env['QEMU_ARM'] ?? 'qemu-system-arm').split(/\s+/)
  const folder = mkdtempSync(join(tmpdir(), 'differential-'))
  try {
    const image = join(folder, 'program.elf')
    const out = join(folder, 'out')
    writeFileSync(image, elf)
    const args = [...words, '-machine', platformOf(name).machine, ...guests.qemu, '-kernel', image]
    args.push('-chardev', `file,id=out,path=${out}`, '-serial', 'none')
    args.push('-semihosting-config', 'enable=on,target=native,chardev=out')
    const problems = await wait(program, args)
    return readFileSync(out, 'latin1') + problems
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Waits for its end; what it complained of. */
function wait(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let problems = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      problems += text
    })
    const limit = setTimeout(() => child.kill('SIGKILL'), 15_000)
    child.on('error', error => reject(new Error(`Cannot run ${program}: ${error.message}. Set QEMU_ARM.`)))
    child.on('close', (status, signal) => {
      clearTimeout(limit)
      resolve(status === 0 ? '' : `(QEMU ended with ${status ?? signal}) ${problems.slice(0, 300)}\n`)
    })
  })
}
