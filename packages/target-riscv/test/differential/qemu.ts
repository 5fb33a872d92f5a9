/** Runs programs on QEMU; the command is that of the guests' `record.mjs`. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Xlen } from '../../src/isa/index.ts'
import { qemuCpu } from './hart.ts'

const cases: { qemu: string[] } = JSON.parse(
  readFileSync(new URL('../guests/cases.json', import.meta.url), 'utf8'),
)

/** What the program prints on the UART. */
export async function runOnQemu(xlen: Xlen, elf: Uint8Array, more?: readonly string[]): Promise<string> {
  const given = process.env[`QEMU_RISCV${xlen}`] ?? `qemu-system-riscv${xlen}`
  const [program = '', ...words] = given.split(/\s+/)
  const folder = mkdtempSync(join(tmpdir(), 'differential-'))
  try {
    const image = join(folder, 'program.elf')
    writeFileSync(image, elf)
    const args = [...words, ...cases.qemu, '-cpu', qemuCpu(xlen, more), '-serial', 'stdio', '-kernel', image]
    return await capture(program, args)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function capture(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, problems] = ['', '']
    child.stdout.setEncoding('latin1').on('data', text => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      problems += text
    })
    const limit = setTimeout(() => child.kill(), 120_000)
    child.on('error', error =>
      reject(new Error(`Cannot run ${program}: ${error.message}. Set QEMU_RISCV64 and QEMU_RISCV32.`)),
    )
    child.on('close', (status, signal) => {
      clearTimeout(limit)
      if (status === 0) resolve(out)
      else reject(new Error(`${program} ended with ${status ?? signal}\n${problems}${out.slice(-200)}`))
    })
  })
}
