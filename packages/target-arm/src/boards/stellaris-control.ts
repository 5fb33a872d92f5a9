/** System control of Stellaris microcontrollers ("LM3S6965 Data Sheet", chapter 6): identification, clock, gates. */
import type { AccessSize, Line, MmioDevice } from '@guestscope/core'

export interface StellarisControlOptions {
  readonly line: Line
  /** The system clock gets another frequency, Hz: `change` does it, and is not called before everybody is ready. */
  readonly setClock: (hz: number, change: () => void) => void
}

const Reg = { raw: 0x50, mask: 0x54, status: 0x58, clock: 0x60, pll: 0x64, clock2: 0x70 } as const
/** DID0 … DC4, and what the other registers hold after reset. */
const constants: ReadonlyMap<number, number> = new Map([
  [0x000, 0x10010002],
  [0x004, 0x1073402e],
  [0x008, 0x00ff007f],
  [0x010, 0x001133ff],
  [0x014, 0x030f5317],
  [0x018, 0x0f0f87ff],
  [0x01c, 0x5000007f],
  [Reg.pll, 0x1902],
])
const defaults: readonly [offset: number, value: number][] = [
  [0x030, 0x7ffd],
  [Reg.clock, 0x078e3ac0],
  [Reg.clock2, 0x07802810],
  [0x100, 0x40],
  [0x110, 0x40],
  [0x120, 0x40],
  [0x130, -1],
  [0x134, -1],
  [0x144, 0x07800000],
  [0x1e0, 0x00005452],
  [0x1e4, 0x00563412],
]
/** Bits that can be written: of the gates and resets of the peripherals that there are, and of the others. */
const gates = [0x00110348, 0x030f5317, 0x5000007f]
const writable: ReadonlyMap<number, number> = new Map([
  [0x030, 2],
  [0x034, 0x3f],
  ...[0x00110048, 0x030f5317, 0x5000007f].map((bits, i): [number, number] => [0x040 + 4 * i, bits]),
  [Reg.mask, 0x42],
  [0x05c, 0x3f],
  [Reg.clock, 0x0fde2bf3],
  [Reg.clock2, 0x9f802870 | 0],
  ...[0x100, 0x110, 0x120].flatMap(at => gates.map((bits, i): [number, number] => [at + 4 * i, bits])),
  [0x130, -1],
  [0x134, -1],
  [0x140, 0xff],
  [0x144, 0x1f800070],
  [0x1d0, 0x3],
  [0x1e0, -1],
  [0x1e4, -1],
])
/** RCC and RCC2: the PLL is off; RCC2 counts. Interrupt: the PLL has locked. */
const [powerDown, useClock2, locked] = [1 << 13, 1 << 31, 1 << 6]

/** 200 MHz divided by SYSDIV + 1. */
function frequency(registers: ReadonlyMap<number, number>): number {
  const [first, second] = [registers.get(Reg.clock) ?? 0, registers.get(Reg.clock2) ?? 0]
  return 200_000_000 / ((second & useClock2 ? (second >>> 23) & 0x3f : (first >>> 23) & 15) + 1)
}

const initial = {
  registers: new Map(defaults) as Map<number, number>,
  raw: 0,
  /** Frequency of the system clock. */
  clockHz: 12_500_000,
}

export class StellarisControl implements MmioDevice {
  readonly name = 'stellaris-control'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #options: StellarisControlOptions

  constructor(options: StellarisControlOptions) {
    this.#options = options
  }

  reset(): void {
    const { clockHz } = this.state
    this.state = { ...structuredClone(initial), clockHz }
    this.#update()
    this.#setClock()
  }

  #setClock(): void {
    const hz = frequency(this.state.registers)
    this.#options.setClock(hz, () => {
      this.state.clockHz = hz
    })
  }

  #get(offset: number): number {
    return this.state.registers.get(offset) ?? 0
  }
  #update(): void {
    this.#options.line((this.state.raw & this.#get(Reg.mask)) !== 0)
  }

  read(offset: number, _size: AccessSize): number {
    const at = offset & ~3
    if (at === Reg.raw) return this.state.raw
    if (at === Reg.status) return this.state.raw & this.#get(Reg.mask)
    return constants.get(at) ?? this.#get(at)
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    if (constants.has(at) || at === Reg.raw) return
    if (at === Reg.status) this.state.raw &= ~value
    else {
      const before = this.#get(at)
      const bits = writable.get(at) ?? 0
      if (bits) this.state.registers.set(at, ((before & ~bits) | (value & bits)) >>> 0)
      if (at === Reg.clock || at === Reg.clock2) {
        // The PLL locks at once.
        if (before & powerDown && !(value & powerDown)) this.state.raw |= locked
        this.#setClock()
      }
    }
    this.#update()
  }
}
