/** The IR of chosen programs (`goldens/*.s`), block by block, for both bases. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Builder, knownOperands, printIr } from '@guestscope/codegen'
import { BytesReader, type Target } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { riscv32, riscv64 } from '../src/index.ts'
import { Flags } from '../src/state.ts'
import { Priv } from '../src/trap.ts'
import { assembleProgram } from './differential/asm.ts'

const folder = new URL('goldens/', import.meta.url)
const base = 0x8000_0000
/** M-mode, FS dirty. */
const flags = Priv.M | (Flags.fsDirty << Flags.fsShift)
const command = 'UPDATE_GOLDENS=1 pnpm --filter @guestscope/target-riscv exec vitest run test/goldens.test.ts'

/** Translates as core does: blocks one after the other, each instruction behind its text. */
function translate(target: Target, bytes: Uint8Array): string {
  const { addressType, semantics, state } = target
  const lines: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const head = lines.push('') - 1
    const start = at
    const b = new Builder([], offset => state.promote(offset) !== undefined)
    for (let index = 0, ends = false; !ends && at < bytes.length; index++) {
      const here = at
      const code = new BytesReader(Uint8Array.from([...bytes, 0, 0, 0, 0]), here, here)
      const insn = target.decode(code, flags)
      const pc = BigInt(base + at)
      const done = b.body.length
      b.insn(index)
      semantics[insn.handler]?.emit(b, knownOperands(b, insn, pc, state.fixed), flags)
      at += insn.size
      ends = insn.endsBlock
      if (!b.ended && (ends || at >= bytes.length)) {
        const next = BigInt(base + at)
        b.goto(b.const(addressType, addressType === 'i32' ? Number(BigInt.asIntN(32, next)) : next))
      }
      lines.push(
        `; ${target.disassemble(insn, pc, bytes.subarray(here, at))}`,
        printIr(b.body.slice(done)).trimEnd(),
      )
    }
    lines[head] = ['block', (base + start).toString(16), ...b.vars].join(' ')
    lines.push('')
  }
  return lines.join('\n')
}

describe.each([32, 64] as const)('RV%i', xlen => {
  const target = xlen === 32 ? riscv32() : riscv64()
  const names = readdirSync(folder).filter(name => name.endsWith('.s'))
  test.each(names)('%s', name => {
    const source = readFileSync(new URL(name, folder), 'utf8')
    const golden = new URL(name.replace(/s$/, `rv${xlen}.ir`), folder)
    const ir = translate(target, assembleProgram(xlen, base, source))
    if (process.env.UPDATE_GOLDENS) writeFileSync(golden, ir)
    const wanted = existsSync(golden) ? readFileSync(golden, 'utf8') : ''
    expect(ir, `if the change is meant: ${command}`).toBe(wanted)
  })
})
