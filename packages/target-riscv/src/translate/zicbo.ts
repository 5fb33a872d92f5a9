/**
 * "Cache-Block Management Instructions": Zicbom, Zicboz. There are no caches: what is left is who may use them, and what
 * memory allows.
 */

import type { Operands } from '@guestscope/codegen'
import { type Builder, type Callee, Head, type IrFunction, irFunction, type Node } from '@guestscope/codegen'
import { Access, type Semantics } from '@guestscope/core'
import { S } from '../state.ts'
import { rs1, type Xlen, xType } from './common.ts'
import { illegalIf, privilege } from './context.ts'

/** Bytes of a block. */
export const blockBytes = 64

/** Fields of menvcfg and senvcfg. */
export const Envcfg = { CBIE: 0x30n, CBCFE: 0x40n, CBZE: 0x80n } as const

/** Illegal below M unless menvcfg allows it, and in U unless senvcfg does, too. */
function requireAllowed(b: Builder, o: Operands, flags: number | undefined, field: bigint): void {
  const priv = privilege(b, flags)
  const denied = (slot: number, mode: Node): Node =>
    b.and(mode, b.eqz(b.and(b.get(slot, 'i64'), b.i64(field))))
  illegalIf(b, o, denied(S.menvcfg, b.ne(priv, b.i32(3))))
  illegalIf(b, o, denied(S.senvcfg, b.eqz(priv)))
}

/** `createTranslate` of `mmu.ts`, by its name. */
const translate: Callee = { name: 'riscv.translate', params: ['i64', 'i32'], result: 'i64' }

/** (cpu, address) → 0, or 1: neither a load nor a store is allowed in the block; the head has the fault of a store. */
const blockFault: IrFunction = irFunction('riscv.blockFault', ['i64'], 'i32', b => {
  b.set(Head.accessBytes, b.i32(blockBytes))
  for (const access of [Access.load, Access.store]) {
    const physical = b.call(translate, b.vget(0), b.i32(access))
    b.if(b.ne(physical, b.i64(-1)), () => b.return(b.i32(0)))
  }
  b.return(b.i32(1))
})

export const blockFunctions: readonly IrFunction[] = [blockFault]

/** First address of the block. */
const blockOf = (b: Builder, o: Operands, xlen: Xlen): Node =>
  b.and(o.reg(rs1, xType(xlen)), b.const(xType(xlen), -blockBytes))

const management = (xlen: Xlen, name: string, field: bigint): Semantics => ({
  name,
  emit: (b, o, flags) => {
    requireAllowed(b, o, flags, field)
    const block = blockOf(b, o, xlen)
    b.if(b.call(blockFault, b.resize(block, 'i64', true)), () =>
      b.raise(b.get(Head.trapCause, 'i32'), b.get(Head.trapValue, 'i64')),
    )
  },
})

export const blockManagement = (xlen: Xlen): readonly Semantics[] => [
  management(xlen, 'cbo.inval', Envcfg.CBIE),
  management(xlen, 'cbo.clean', Envcfg.CBCFE),
  management(xlen, 'cbo.flush', Envcfg.CBCFE),
]

/** Both ends of the block are looked at before anything is written. */
export const blockZero = (xlen: Xlen): readonly Semantics[] => [
  {
    name: 'cbo.zero',
    emit: (b, o, flags) => {
      requireAllowed(b, o, flags, Envcfg.CBZE)
      const block = blockOf(b, o, xlen)
      const at = (offset: number): Node => b.add(block, b.const(xType(xlen), offset))
      b.gprobe('64', block)
      b.gprobe('64', at(blockBytes - 8))
      for (let offset = 0; offset < blockBytes; offset += 8) b.gstore('64', at(offset), b.i64(0))
    },
  },
]
