/** Runs single RISC-V instructions in every way there is: `SingleInsns` with names for the registers. */
import { Exit } from '@guestscope/codegen'
import type { Cpu, Semantics } from '@guestscope/core'
import { SingleInsns, type SingleWay, singleWays, singleWindow } from '@guestscope/testkit'
import { extensions } from '../../src/extensions.ts'
import { fullHart } from '../../src/hart.ts'
import { decode, type File, type Insn, type Xlen } from '../../src/isa/index.ts'
import { Flags, Mstatus, S } from '../../src/state.ts'
import { sysregsOf } from '../../src/target.ts'
import { floatHost } from '../../src/translate/float-host.ts'

export type Way = SingleWay
export const ways: readonly Way[] = singleWays
export const window: typeof singleWindow = singleWindow
export const pc = 0x1000n

/** What these do is a matter of the whole machine: guests and `test/system` show it. */
const ofTheMachine = ['Zifencei', 'Zicsr', 'Zicbom', 'Zicboz', 'Machine', 'S', 'Svinval']
export const tested = extensions.filter(({ title }) => !ofTheMachine.includes(title))
export const semanticsOf = (xlen: Xlen): readonly Semantics[] => {
  const sysregs = sysregsOf(fullHart(xlen))
  const all = tested.flatMap(({ semantics }) => semantics?.(xlen, sysregs) ?? [])
  return [...new Map(all.map(one => [one.name, one])).values()]
}

/** An instruction in a context: translation flags, which `FS` in mstatus must match. */
export interface Case {
  readonly word: number
  readonly fs: 0 | 1 | 2
}

/** Translation flags in M-mode. */
export const flagsOf = (fs: Case['fs']): number =>
  3 | (([Flags.fsOff, Flags.fsOn, Flags.fsDirty][fs] as number) << Flags.fsShift)

/** How it ended. */
export interface End {
  readonly pc: bigint
  readonly trap: readonly [cause: number, value: bigint] | undefined
}

/** A case, decoded. */
interface Prepared {
  readonly insn: Insn
  readonly fs: Case['fs']
}

function prepare(xlen: Xlen, { word, fs }: Case): Prepared {
  const insn = decode(xlen, word)
  if (!insn) throw new Error(`cannot run ${word.toString(16)}`)
  return { insn, fs }
}

const offset = (file: File | null, n: number): number => (file === 'f' ? S.f : S.x) + 8 * n

function operandsOf({ row, rd, rs1, rs2, rs3, imm, aux, size, word }: Insn) {
  const { regs } = row
  const destination = regs.rd === 'x' && rd === 0 ? S.sink : offset(regs.rd, rd)
  const sources = [offset(regs.rs1, rs1), offset(regs.rs2, rs2), offset(regs.rs3, rs3)] as const
  return { regs: [destination, ...sources] as const, imm, aux, size, word: word | 0 }
}

export class Harness extends SingleInsns {
  readonly xlen: Xlen
  readonly #cases: readonly Prepared[]
  /** How often the host has computed. */
  hostCalls = 0

  constructor(xlen: Xlen, cases: readonly Case[]) {
    const prepared = cases.map(c => prepare(xlen, c))
    const x = xlen === 32 ? 'i32' : 'i64'
    const cpu = { set64: (at: number, value: bigint) => this.set64(at, value) } as unknown as Cpu
    super({
      semantics: semanticsOf(xlen),
      functions: [...new Set(tested.flatMap(({ functions }) => functions ?? []))],
      host: floatHost.map(({ callee, implement }) => {
        const implementation = implement({} as never)
        const run = (_base: number, ...args: number[]): number | void => {
          this.hostCalls++
          return implementation(cpu, ...args)
        }
        return { callee, run }
      }),
      addressType: x,
      fixed: { zero: S.x, sink: S.sink },
      promote: at => {
        if (at > S.x && at < S.x + 256) return x
        if (at >= S.f && at < S.f + 256) return 'i64'
        return at === S.fflags || at === S.frm ? 'i32' : undefined
      },
      pc,
      faults: { load: 13, store: 15 },
      insns: prepared.map(({ insn, fs }) => ({
        name: insn.row.name,
        sem: insn.row.sem,
        operands: operandsOf(insn),
        flags: flagsOf(fs),
      })),
    })
    this.xlen = xlen
    this.#cases = prepared
  }

  insn(i: number): Insn {
    return (this.#cases[i] as Prepared).insn
  }

  /** Clears the state and sets FS as the case says. */
  override reset(i: number): void {
    super.reset(i)
    const { fs } = this.#cases[i] as Prepared
    this.set64(S.mstatus, fs === 2 ? Mstatus.FS : BigInt(fs) << 13n)
    this.set64(S.reservation, -1n)
  }
  x(n: number): bigint {
    return this.xlen === 32 ? BigInt(this.get32(S.x + 8 * n) >>> 0) : this.get64(S.x + 8 * n)
  }
  setX(n: number, value: bigint): void {
    if (n) this.set64(S.x + 8 * n, BigInt.asUintN(this.xlen, value))
  }
  registers(): bigint[] {
    return Array.from({ length: 32 }, (_, n) => this.x(n))
  }
  get reservation(): bigint {
    return BigInt.asIntN(64, this.get64(S.reservation))
  }
  /** As after an lr at this address that read this value. */
  reserve(address: bigint, value: bigint): void {
    this.set64(S.reservation, address)
    this.set64(S.reservedValue, value)
  }
  get fflags(): number {
    return this.get32(S.fflags)
  }
  set fflags(value: number) {
    this.set32(S.fflags, value)
  }
  set frm(value: number) {
    this.set32(S.frm, value)
  }
  get mstatus(): bigint {
    return this.get64(S.mstatus)
  }
  f(n: number): bigint {
    return this.get64(S.f + 8 * n)
  }
  setF(n: number, value: bigint): void {
    this.set64(S.f + 8 * n, value)
  }

  run(i: number, way: Way): End {
    const { pc: end, exit, cause, value } = this.single(i, way)
    if (exit && exit !== Exit.trap) throw new Error(`${way} left with ${exit}`)
    return { pc: end, trap: exit ? [cause, value] : undefined }
  }
}
