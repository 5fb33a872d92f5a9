/**
 * The toy as a guest that tries its memory in every way there is: accesses of all widths in either byte order, with the
 * CPU's own privilege or a user's, read-modify-writes, and a window of virtual pages.
 */
import { type AccessDescriptor, Head, irFunction, type Width, widthBytes } from '@guestscope/codegen'
import { Access, accessMode, type Semantics, type Target } from '@guestscope/core'
import { Toy, toyOps, toyTarget } from './toy.ts'

/** Offsets of the state behind that of the toy. */
export const AccessToy: {
  /** Value of the last trap. */
  readonly value: number
  /** Entry n of the page table: physical page with `PageRight`s, or 0. */
  readonly page: (n: number) => number
} = { value: Toy.size, page: n => Toy.size + 8 * (n + 1) }
const pages = 16

export const PageRight = { read: 1, write: 2, user: 4 } as const
/** Where the window begins. */
export const accessWindow = 0x400000n
/** Causes of accesses that the window does not allow. */
export const accessFaults = { load: 6, store: 7 } as const

const loads: readonly Width[] = ['8s', '8u', '16s', '16u', '32s', '32u', '64']
const stores: readonly Width[] = ['8u', '16u', '32u', '64']
const modifies: readonly Width[] = ['16u', '32s', '64']
export type AccessOp = `${'l' | 's' | 'm' | 'ul' | 'us' | 'um'}${Width}`

/** rd := mem[rs + imm]; mem[rs + imm] := rd; mem[rs + imm] += r1, rd := what it was. */
function semanticsOf(prefix: '' | 'u', access: AccessDescriptor): Semantics[] {
  const made: Semantics[] = []
  for (const width of loads)
    made.push({
      name: `${prefix}l${width}`,
      emit: (b, o) => o.setReg(0, b.gload('i64', width, b.add(o.reg(1, 'i64'), o.imm('i64')), access)),
    })
  for (const width of stores) {
    // Narrow ones come from narrow values, as in guests of 32 bits.
    const type = widthBytes[width] > 2 ? 'i64' : 'i32'
    made.push({
      name: `${prefix}s${width}`,
      emit: (b, o) =>
        b.gstore(width, b.add(o.reg(1, 'i64'), o.imm('i64')), b.resize(o.reg(3, 'i64'), type), access),
    })
  }
  for (const width of modifies)
    made.push({
      name: `${prefix}m${width}`,
      emit: (b, o) => {
        const other = b.get(Toy.R(1), 'i64')
        const address = b.add(o.reg(1, 'i64'), o.imm('i64'))
        o.setReg(
          0,
          b.gmodify('i64', width, address, old => b.add(old, other), access),
        )
      },
    })
  return made
}

export interface AccessToyOptions {
  readonly order?: 'big'
  /** Data accesses to RAM pass the soft TLB by. */
  readonly flat?: boolean
}

/** User accesses go through soft TLB 1. */
const userMode = 1
/** Names of the operations behind the toy's, in their order. */
const accessOps: readonly string[] = [...semanticsOf('', {}), ...semanticsOf('u', {})].map(s => s.name)

export function accessToy({ order, flat }: AccessToyOptions = {}): Target {
  const own: AccessDescriptor = { ...(order && { order }) }
  const translate = irFunction('toy.translate', ['i64', 'i32'], 'i64', b => {
    const [address, access] = [b.vget(0), b.vget(1)]
    b.if(b.cmp('lt_u', address, b.i64(0x10_0000)), () => b.return(address))
    const offset = b.sub(address, b.i64(accessWindow))
    b.if(b.cmp('lt_u', offset, b.i64(pages << 12)), () => {
      const index = b.shl(b.resize(b.shrU(offset, b.i64(12)), 'i32'), b.i32(3))
      const entry = b.getx(b.add(index, b.i32(AccessToy.page(0))), 'i64')
      const user = b.eq(accessMode(b, access), b.i32(userMode + 1))
      const right = b.select(
        b.and(access, b.i32(Access.store)),
        b.i32(PageRight.write),
        b.i32(PageRight.read),
      )
      const needed = b.or(right, b.select(user, b.i32(PageRight.user), b.i32(0)))
      b.if(b.eq(b.and(b.resize(entry, 'i32'), needed), needed), () =>
        b.return(b.or(b.and(entry, b.i64(-4096)), b.and(address, b.i64(4095)))),
      )
    })
    b.set(Head.trapCause, b.add(b.and(access, b.i32(Access.store)), b.i32(accessFaults.load)))
    b.set(Head.trapValue, address)
    b.return(b.i64(-1))
  })
  return {
    ...toyTarget,
    state: { ...toyTarget.state, size: AccessToy.page(pages), tlbModes: 2 },
    semantics: [
      ...toyTarget.semantics,
      ...semanticsOf('', own),
      ...semanticsOf('u', { ...own, mode: userMode }),
    ],
    decode: (code, state) => {
      const op = (code.u16(0) & 0xff) - toyOps.length
      const insn = toyTarget.decode(code, state)
      return op >= 0 && op < accessOps.length
        ? { ...insn, handler: toyOps.length + op, endsBlock: false }
        : insn
    },
    functions: { translate, others: [] },
    enterTrap: (b, cause, value) => {
      b.set(AccessToy.value, value)
      toyTarget.enterTrap(b, cause, value)
      // `ret` goes on behind an access that has faulted.
      const faulted = b.eq(b.or(cause, b.i32(1)), b.i32(accessFaults.store))
      b.if(faulted, () => b.set(Toy.saved, b.add(b.get(Toy.saved, 'i64'), b.i64(4))))
    },
    flatData: () => flat ?? false,
  }
}

/** Encodes one instruction of the accesses. */
export const accessInsn = (op: AccessOp, rd: number, rs: number, imm = 0): number[] => [
  toyOps.length + accessOps.indexOf(op),
  rd,
  rs,
  imm & 0xff,
]
