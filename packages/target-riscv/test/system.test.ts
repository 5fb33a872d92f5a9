// The privileged half without an engine: tables agree with each other, and every piece of IR is well formed.
import { Builder, irFunction, knownOperands, recordOperands, verifyIr } from '@guestscope/codegen'
import { BytesReader, Discon } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { createRiscvTarget, fullHart, riscv64 } from '../src/index.ts'
import { csrNames, rowsOf } from '../src/isa/index.ts'
import { Cause, Flags, S, stateSize } from '../src/state.ts'
import { sysregsOf } from '../src/target.ts'

describe.each([
  [32, createRiscvTarget(fullHart(32))],
  [64, createRiscvTarget(fullHart(64))],
] as const)('RV%i', (xlen, target) => {
  const { table } = sysregsOf(target.hart)

  test('CSR numbers are unique and have their names', () => {
    expect(new Set(table.map(c => c.number)).size).toBe(table.length)
    for (const c of table) expect(csrNames.get(c.number)).toBe(c.name)
  })

  test('CSRs that exist on one base only', () => {
    const has = (name: string): boolean => table.some(c => c.name === name)
    for (const name of [
      'mstatush',
      'menvcfgh',
      'stimecmph',
      'cycleh',
      'timeh',
      'mcycleh',
      'minstreth',
      'pmpcfg1',
      'pmpcfg3',
    ])
      expect(has(name), name).toBe(xlen === 32)
    for (const name of ['tselect', 'hstatus', 'mseccfg', 'vl']) expect(has(name), name).toBe(false)
  })

  test('read-only CSRs have no write', () => {
    for (const c of table) if (c.number >> 10 === 3) expect(c.kind.write, c.name).toBeUndefined()
  })

  test('every instruction row has semantics, and no name is used twice', () => {
    const names = target.semantics.map(s => s.name)
    expect(new Set(names).size).toBe(names.length)
    for (const row of rowsOf(xlen)) expect(names).toContain(row.sem)
  })

  test('functions are well formed', () => {
    const { translate, others } = target.functions
    const enterTrap = irFunction('enterTrap', ['i32', 'i64'], undefined, b =>
      target.enterTrap(b, b.vget(0), b.vget(1)),
    )
    for (const f of [translate, enterTrap, ...others]) expect(verifyIr(f.body, f.vars), f.name).toEqual([])
    const names = [translate, enterTrap, ...others].map(f => f.name)
    expect(new Set(names).size).toBe(names.length)
  })

  test('handlers are well formed', () => {
    for (const s of target.semantics) {
      const b = new Builder()
      s.emit(b, recordOperands(b), undefined)
      expect(verifyIr(b.body, b.vars), s.name).toEqual([])
    }
  })

  test('every access to every CSR is well formed in every mode', () => {
    for (const priv of [0, 1, 3]) {
      for (const fs of [Flags.fsOff, Flags.fsOn, Flags.fsDirty]) {
        for (const name of ['csrrw', 'csrrs', 'csrrci']) {
          for (const { number } of table) {
            const word = (number << 20) | (10 << 15) | (1 << 12) | (10 << 7) | 0x73
            const insn = { regs: [S.x + 80, S.x + 80, 0, 0] as const, imm: number, aux: 10, size: 4, word }
            const b = new Builder()
            const known = knownOperands(b, insn, 0x80000000n, target.state.fixed)
            target.semantics.find(s => s.name === name)?.emit(b, known, priv | (fs << Flags.fsShift))
            expect(b.ended).toBe(true)
            expect(verifyIr(b.body, b.vars), `${name} ${number}`).toEqual([])
          }
        }
      }
    }
  })

  test('functions touch no slot that regions keep in locals', () => {
    // Access by number is for T0 alone.
    const t0 = /^riscv\.csr/
    const { translate, others } = target.functions
    const enterTrap = irFunction('enterTrap', ['i32', 'i64'], undefined, b =>
      target.enterTrap(b, b.vget(0), b.vget(1)),
    )
    for (const f of [translate, enterTrap, ...others]) {
      if (t0.test(f.name)) continue
      const walk = (body: typeof f.body): void => {
        for (const n of body) {
          if (n.op === 'get' || n.op === 'set')
            expect(target.state.promote(Number(n.imm)), f.name).toBeUndefined()
          walk(n.body ?? [])
          walk(n.orelse ?? [])
        }
      }
      walk(f.body)
    }
  })

  test('state fits, registers are named once', () => {
    expect(stateSize).toBeLessThanOrEqual(8192)
    const names = target.registers.map(r => r.name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('mstatus')
  })
})

test('causes', () => {
  const { cause } = riscv64()
  expect(cause(2)).toEqual({ type: Discon.Exception, name: 'illegal instruction' })
  expect(cause(Cause.interrupt | 7)).toEqual({ type: Discon.Interrupt, name: 'machine timer interrupt' })
  expect(cause(Cause.semihosting)).toEqual({ type: Discon.HostCall, name: 'semihosting' })
})

/** A page of code at offset 0x100. */
function reader(words: readonly number[], at: number, inPage = 0x100 + at) {
  const bytes = new DataView(new ArrayBuffer(words.length * 4))
  words.forEach((w, i) => bytes.setInt32(4 * i, w, true))
  return new BytesReader(new Uint8Array(bytes.buffer), at, inPage)
}

describe('semihosting sequence', () => {
  const { decode, semantics } = riscv64()
  const sequence = [0x01f01013, 0x00100073, 0x40705013]
  const name = (flags: number, inPage?: number): string | undefined =>
    semantics[decode(reader(sequence, 4, inPage), flags).handler]?.name

  test('is a host call in M and S if enabled', () => {
    expect(name(3 | Flags.semihosting)).toBe('semihost')
    expect(name(1 | Flags.semihosting)).toBe('semihost')
    expect(name(0 | Flags.semihosting)).toBe('ebreak')
    // A breakpoint that is told of.
    expect(name(3)).toBe('semihost unserved')
    expect(name(0)).toBe('ebreak')
  })
  test('lies in one page', () => {
    expect(name(3 | Flags.semihosting, 0)).toBe('ebreak')
    expect(name(3 | Flags.semihosting, 4)).toBe('semihost')
    expect(name(3 | Flags.semihosting, 4096 - 8)).toBe('semihost')
    expect(name(3 | Flags.semihosting, 4096 - 6)).toBe('ebreak')
  })
})
