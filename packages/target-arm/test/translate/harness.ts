/** Runs single Thumb instructions in every way there is: `SingleInsns` with names for the registers, and no decoder. */
import { Exit } from '@guestscope/codegen'
import type { Cpu, Machine, Semantics } from '@guestscope/core'
import { type SingleInsn, SingleInsns, type SingleWay, singleWays, singleWindow } from '@guestscope/testkit'
import { Aux } from '../../src/isa/thumb/aux.ts'
import { promoter, S } from '../../src/state.ts'
import { floatCalls, systemCalls } from '../../src/system-calls.ts'
import { floatFunctions, floatHost, floating, integer, integerFunctions } from '../../src/translate/index.ts'

export type Way = SingleWay
export const ways: readonly Way[] = singleWays
export const window: typeof singleWindow = singleWindow
export const pc = 0x1002
/** Causes of the window's faults. */
export const Fault = { load: 100, store: 101 } as const

/** A decoded instruction and the block that it stands in. */
export interface Case {
  readonly sem: string
  /** Register numbers. */
  readonly rd?: number
  readonly rn?: number
  readonly rm?: number
  readonly ra?: number
  /** State offsets in place of register numbers: rd, rn, rm, ra. */
  readonly slots?: readonly [number, number, number, number]
  readonly imm?: number
  readonly aux?: number
  readonly word?: number
  readonly size?: 2 | 4
  /** Translation flags besides ITSTATE. */
  readonly flags?: number
  /** ITSTATE; not 0: the instruction is in an IT block. */
  readonly it?: number
}

/** How it ended. */
export interface End {
  readonly pc: number
  readonly trap?: readonly [cause: number, value: number]
  readonly leave?: number
}

const semantics: readonly Semantics[] = [...integer, ...floating]

function insnOf(c: Case): SingleInsn {
  const { sem, rd, rn, rm, ra, slots, imm = 0, aux = 0, size = 4, word = 0, flags = 0, it = 0 } = c
  const at = (n: number | undefined): number => (n === undefined ? S.sink : S.r + 8 * n)
  const last = it && !(it & 7) ? Aux.last : 0
  const regs = slots ?? ([at(rd), at(rn), at(rm), at(ra)] as const)
  return {
    name: sem,
    sem: it ? `${sem} if` : sem,
    operands: { regs, imm, aux: aux | (it << Aux.itShift) | last, size, word },
    flags: flags | it,
  }
}

export class Harness extends SingleInsns {
  readonly #cases: readonly Case[]
  /** Calls of the system module: name and arguments. */
  calls: [string, ...number[]][] = []
  /** What `floatCalls.prepare` answers. */
  floatFault = 0

  constructor(cases: readonly Case[]) {
    const cpu = { set64: (at: number, value: bigint) => this.set64(at, value) } as unknown as Cpu
    const called = {
      [systemCalls.writeMask.name]: (_cpu: number, ...args: number[]): void =>
        void this.calls.push(['writeMask', ...args]),
      [systemCalls.writeControl.name]: (_cpu: number, value = 0): void => {
        this.calls.push(['writeControl', value])
        this.set32(S.control, value & 3)
      },
    }
    const never = (): void => {
      throw new Error('a call that no case makes')
    }
    super({
      semantics,
      functions: [...integerFunctions, ...floatFunctions],
      host: [
        ...Object.values(systemCalls).map(callee => ({ callee, run: called[callee.name] ?? never })),
        {
          callee: floatCalls.prepare,
          run: () => {
            this.calls.push(['prepareFloat'])
            return this.floatFault
          },
        },
        ...floatHost.map(({ callee, implement }) => {
          const run = implement(undefined as unknown as Machine)
          return { callee, run: (_cpu: number, ...args: number[]) => run(cpu, ...args) }
        }),
      ],
      addressType: 'i32',
      fixed: { zero: 0, sink: S.sink },
      promote: promoter(true),
      pc: BigInt(pc),
      faults: Fault,
      insns: cases.map(insnOf),
    })
    this.#cases = cases
  }

  case(i: number): Case {
    return this.#cases[i] as Case
  }

  override reset(i: number): void {
    super.reset(i)
    this.set32(S.exclusive, -1)
    this.calls = []
    this.floatFault = 0
  }
  r(n: number): number {
    return this.get32(S.r + 8 * n) >>> 0
  }
  setR(n: number, value: number): void {
    this.set32(S.r + 8 * n, value)
  }
  registers(): number[] {
    return Array.from({ length: 15 }, (_, n) => this.r(n))
  }
  /** N Z C V Q as APSR[31:27] shifted down. */
  get nzcvq(): number {
    const bit = (x: boolean, n: number): number => (x ? 1 << n : 0)
    const nz = bit(this.get32(S.n) < 0, 4) | bit(this.get32(S.z) === 0, 3)
    return nz | (this.get32(S.c) << 2) | bit(this.get32(S.v) < 0, 1) | this.get32(S.q)
  }
  set nzcvq(value: number) {
    this.set32(S.n, value & 16 ? -1 : 0)
    this.set32(S.z, value & 8 ? 0 : 5)
    this.set32(S.c, (value >> 2) & 1)
    this.set32(S.v, value & 2 ? -5 : 7)
    this.set32(S.q, value & 1)
  }

  run(i: number, way: Way): End {
    const { pc: end, exit, cause, value } = this.single(i, way)
    if (exit === Exit.trap) return { pc: Number(end), trap: [cause, Number(value)] }
    return exit ? { pc: Number(end), leave: exit } : { pc: Number(end) }
  }
}
