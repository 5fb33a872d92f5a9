/**
 * PrimeCell general-purpose input and output PL061 ("ARM PrimeCell General Purpose Input/Output (PL061) Technical
 * Reference Manual"): eight pins; with the registers that Luminary Micro added ("LM3S6965 Data Sheet", chapter 8).
 */
import type { AccessSize, Line, MmioDevice } from '@guestscope/core'

/** How a board wires the pins. */
export interface Pl061Options {
  readonly line: Line
  /** Pins that something on the board holds high. */
  readonly external?: number
  /** With drive strengths, pulls and the lock. */
  readonly luminary?: boolean
  /** An output changes. */
  readonly drive?: (pins: number) => void
  /** The identification registers, from 0xFE0 on. Default: Arm's own. */
  readonly identification?: readonly number[]
}

const Reg = {
  direction: 0x400,
  sense: 0x404,
  both: 0x408,
  event: 0x40c,
  mask: 0x410,
  raw: 0x414,
  masked: 0x418,
  clear: 0x41c,
  alternate: 0x420,
  pullUp: 0x510,
  pullDown: 0x514,
  lock: 0x520,
  commit: 0x524,
} as const
const common = [Reg.direction, Reg.sense, Reg.both, Reg.event, Reg.mask, Reg.alternate]
/** Those with their values after reset. */
const added: readonly (readonly [offset: number, value: number])[] = [
  [0x500, 0xff],
  [0x504, 0],
  [0x508, 0],
  [0x50c, 0],
  [Reg.pullUp, 0xff],
  [Reg.pullDown, 0],
  [0x518, 0],
  [0x51c, 0xff],
]
const unlock = 0x1acce551
const arm = [0x61, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1]

interface Pl061State {
  readonly registers: Map<number, number>
  out: number
  levels: number
  edges: number
  locked: boolean
}
const newState = (luminary: boolean): Pl061State => ({
  registers: new Map([...common.map((at): [number, number] => [at, 0]), ...(luminary ? added : [])]),
  out: 0,
  levels: 0,
  edges: 0,
  locked: true,
})

export class Pl061 implements MmioDevice {
  readonly name = 'pl061'
  readonly size = 0x1000
  state: Pl061State
  readonly #options: Pl061Options

  constructor(options: Pl061Options) {
    this.#options = options
    this.state = newState(options.luminary ?? false)
  }

  reset(): void {
    this.state = newState(this.#options.luminary ?? false)
    this.state.levels = this.#pins
    this.#update()
  }

  #get(offset: number): number {
    return this.state.registers.get(offset) ?? 0
  }

  /** Levels of the pins: what drives them, or holds them. */
  get #pins(): number {
    const outputs = this.#get(Reg.direction)
    const held = (this.#options.external ?? 0) | (this.#get(Reg.pullUp) & ~this.#get(Reg.pullDown))
    return (this.state.out & outputs) | (held & ~outputs & 0xff)
  }
  get #raw(): number {
    const sense = this.#get(Reg.sense)
    return (this.state.edges & ~sense) | (sense & ~(this.state.levels ^ this.#get(Reg.event)) & 0xff)
  }

  #update(): void {
    const changed = this.state.levels ^ this.#pins
    this.state.levels ^= changed
    const wanted = this.#get(Reg.both) | ~(this.state.levels ^ this.#get(Reg.event))
    this.state.edges |= changed & wanted & ~this.#get(Reg.sense)
    this.#options.line((this.#raw & this.#get(Reg.mask)) !== 0)
  }

  read(offset: number, _size: AccessSize): number {
    const at = offset & ~3
    // Bits 9 … 2 of the address say which pins are meant.
    if (at < 0x400) return this.state.levels & (at >> 2)
    switch (at) {
      case Reg.raw:
        return this.#raw
      case Reg.masked:
        return this.#raw & this.#get(Reg.mask)
      case Reg.lock:
        return this.#options.luminary && this.state.locked ? 1 : 0
      case Reg.commit:
        return this.#options.luminary ? 0xff : 0
      default:
        if (at >= 0xfe0) return (this.#options.identification ?? arm)[(at - 0xfe0) >> 2] ?? 0
        return this.#get(at)
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    if (at < 0x400) {
      const pins = (at >> 2) & this.#get(Reg.direction)
      this.state.out = (this.state.out & ~pins) | (value & pins)
      this.#options.drive?.(this.state.out)
    } else if (at === Reg.clear) this.state.edges &= ~value
    else if (at === Reg.lock) this.state.locked = value >>> 0 !== unlock
    else if (this.state.registers.has(at)) this.state.registers.set(at, value & 0xff)
    this.#update()
  }
}
