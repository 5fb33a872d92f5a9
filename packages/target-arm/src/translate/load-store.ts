/** Loads and stores of one or two registers, exclusive and unprivileged ones (Armv7-M ARM, A4.6, A3.4). */
import type { AccessDescriptor, Node, Width } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { Mem } from '../isa/thumb/aux.ts'
import { S, TlbMode } from '../state.ts'
import { excReturn } from './branch.ts'
import { type Ctx, ending, plain } from './context.ts'

const loads: readonly (readonly [name: string, width: Width])[] = [
  ['ldr', '32s'],
  ['ldrb', '8u'],
  ['ldrh', '16u'],
  ['ldrsb', '8s'],
  ['ldrsh', '16s'],
]
const stores: readonly (readonly [name: string, width: Width])[] = [
  ['str', '32u'],
  ['strb', '8u'],
  ['strh', '16u'],
]

/** Where an access goes, and what becomes of the base when it has succeeded. */
interface Place {
  readonly address: Node
  readonly writeBack: () => void
}
type Addressing = (x: Ctx) => Place

const immediate: Addressing = x => {
  const { b } = x
  const [base, moved] = [x.rn, b.add(x.rn, x.imm)]
  return {
    address: b.select(x.aux(Mem.index), moved, base),
    writeBack: () => b.if(x.aux(Mem.wback), () => x.setRn(moved)),
  }
}
const still = (): void => {}
const register: Addressing = x => ({
  address: x.b.add(x.rn, x.b.shl(x.rm, x.aux(Mem.shift, 2))),
  writeBack: still,
})
const literal: Addressing = x => ({ address: x.b.add(x.alignedPc, x.imm), writeBack: still })

const load = (name: string, width: Width, addressing: Addressing): readonly Semantics[] =>
  plain(name, x => {
    const { address, writeBack } = addressing(x)
    const value = x.load(width, address)
    writeBack()
    x.setRdOrSp(value)
  })
const store = (name: string, width: Width, addressing: Addressing): readonly Semantics[] =>
  plain(name, x => {
    const { address, writeBack } = addressing(x)
    x.store(width, address, x.rd)
    writeBack()
  })
/** A load of the PC is a branch. */
const loadPc = (name: string, addressing: Addressing): readonly Semantics[] =>
  ending(name, x => {
    const { address, writeBack } = addressing(x)
    const target = x.load('32s', address)
    writeBack()
    excReturn(x, target)
  })

/** LDRT, STRT: as unprivileged code would. */
const unprivileged: AccessDescriptor = { mode: TlbMode.unprivileged }
const loadT = (name: string, width: Width): readonly Semantics[] =>
  plain(name, x => x.setRdOrSp(x.load(width, x.b.add(x.rn, x.imm), unprivileged)))
const storeT = (name: string, width: Width): readonly Semantics[] =>
  plain(name, x => x.store(width, x.b.add(x.rn, x.imm), x.rd, unprivileged))

const second = (x: Ctx, address: Node): Node => x.b.add(address, x.b.i32(4))

const loadDouble = (name: string, addressing: Addressing): readonly Semantics[] =>
  plain(name, x => {
    const { address, writeBack } = addressing(x)
    x.mustAlign(address, 4)
    const first = x.b.gload('i32', '32s', address)
    const other = x.b.gload('i32', '32s', second(x, address))
    writeBack()
    x.setRd(first)
    x.setRa(other)
  })
const storeDouble: readonly Semantics[] = plain('strd.imm', x => {
  const { address, writeBack } = immediate(x)
  x.mustAlign(address, 4)
  x.b.gstore('32u', address, x.rd)
  x.b.gstore('32u', second(x, address), x.ra)
  writeBack()
})

const exclusives: readonly (readonly [suffix: string, width: Width, bytes: number])[] = [
  ['', '32s', 4],
  ['b', '8u', 1],
  ['h', '16u', 2],
]
const loadExclusive = ([suffix, width, bytes]: (typeof exclusives)[number]): readonly Semantics[] =>
  plain(`ldrex${suffix}`, x => {
    const { b } = x
    const address = b.add(x.rn, x.imm)
    x.mustAlign(address, bytes)
    const value = b.gload('i32', width, address)
    b.set(S.exclusive, address)
    b.set(S.exclusiveValue, value)
    x.setRd(value)
  })

/**
 * Stores if the reserved address still holds the value that was read, as in QEMU; without a reservation of this
 * address it fails before any fault.
 */
const storeExclusive = ([suffix, width, bytes]: (typeof exclusives)[number]): readonly Semantics[] =>
  plain(`strex${suffix}`, x => {
    const { b } = x
    const failed = b.newVar('i32')
    const address = b.add(x.rn, x.imm)
    x.mustAlign(address, bytes)
    const value = x.rm
    b.vset(failed, b.i32(1))
    b.if(b.eq(b.get(S.exclusive, 'i32'), address), () => {
      b.gprobe(width, address)
      b.if(b.eq(b.gload('i32', width, address), b.get(S.exclusiveValue, 'i32')), () => {
        b.gstore(width, address, value)
        b.vset(failed, b.i32(0))
      })
    })
    b.set(S.exclusive, b.i32(-1))
    x.setRd(b.vget(failed))
  })

export const loadStore: readonly Semantics[] = [
  ...loads.flatMap(([name, width]) => [
    ...load(`${name}.imm`, width, immediate),
    ...load(`${name}.reg`, width, register),
    ...load(`${name}.lit`, width, literal),
    ...loadT(`${name}t`, width),
  ]),
  ...stores.flatMap(([name, width]) => [
    ...store(`${name}.imm`, width, immediate),
    ...store(`${name}.reg`, width, register),
    ...storeT(`${name}t`, width),
  ]),
  ...loadPc('ldr.pc.imm', immediate),
  ...loadPc('ldr.pc.reg', register),
  ...loadPc('ldr.pc.lit', literal),
  ...loadDouble('ldrd.imm', immediate),
  ...loadDouble('ldrd.lit', literal),
  ...storeDouble,
  ...exclusives.flatMap(loadExclusive),
  ...exclusives.flatMap(storeExclusive),
  ...plain('clrex', x => x.b.set(S.exclusive, x.b.i32(-1))),
]
