/**
 * The converter of Stellaris microcontrollers ("LM3S6965 Data Sheet", chapter 12): four sequencers that the program
 * starts. They are done at once; inputs are at 0 V, and it is 25 °C.
 */
import type { AccessSize, Line, MmioDevice } from '@guestscope/core'
import { type RegisterTable, resetValues } from '@guestscope/devices'

const Reg = {
  active: 0x00,
  raw: 0x04,
  mask: 0x08,
  clear: 0x0c,
  overflow: 0x10,
  trigger: 0x14,
  underflow: 0x18,
  priority: 0x20,
  start: 0x28,
  average: 0x30,
  loopback: 0x100,
} as const
/** Registers of a sequencer, from 0x40 on, 0x20 apart. */
const Sequence = { first: 0x40, stride: 0x20, inputs: 0, steps: 4, fifo: 8, state: 12 } as const
/** Four bits for each step: the last one, raises the interrupt, converts the temperature. */
const Step = { end: 2, interrupt: 4, temperature: 8 } as const
const depths = [8, 4, 4, 1]
const kept: RegisterTable = new Map([
  [Reg.active, [15, 0]],
  [Reg.mask, [15, 0]],
  [Reg.trigger, [0xffff, 0]],
  [Reg.priority, [0x3333, 0x3210]],
  [Reg.average, [7, 0]],
  [Reg.loopback, [1, 0]],
  ...depths.flatMap((depth, n): [number, [number, number]][] => {
    const at = Sequence.first + n * Sequence.stride
    const steps = 2 ** (4 * depth) - 1
    return [
      [at + Sequence.inputs, [(steps & 0x33333333) >>> 0, 0]],
      [at + Sequence.steps, [steps, 0]],
    ]
  }),
])
/** 2.7 V less 1/75 V for each degree above -55, of 3 V. */
const temperature = Math.floor(((2.7 - (25 + 55) / 75) / 3) * 1024)
const [empty, full] = [0x100, 0x1000]

const initial = {
  registers: resetValues(kept) as Map<number, number>,
  fifos: depths.map(() => []) as readonly number[][],
  raw: 0,
  overflow: 0,
  underflow: 0,
}

export class StellarisAdc implements MmioDevice {
  readonly name = 'stellaris-adc'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #lines: readonly Line[]

  /** `lines`: those of the sequencers. */
  constructor(lines: readonly Line[]) {
    this.#lines = lines
  }

  reset(): void {
    this.state = structuredClone(initial)
    this.#update()
  }

  #get(offset: number): number {
    return this.state.registers.get(offset) ?? 0
  }
  #update(): void {
    const active = this.state.raw & this.#get(Reg.mask)
    this.#lines.forEach((line, n) => line((active & (1 << n)) !== 0))
  }

  #convert(n: number): void {
    const steps = this.#get(Sequence.first + n * Sequence.stride + Sequence.steps)
    const fifo = this.state.fifos[n] as number[]
    const depth = depths[n] as number
    for (let i = 0; i < depth; i++) {
      const step = (steps >>> (4 * i)) & 15
      if (fifo.length < depth) fifo.push(step & Step.temperature ? temperature : 0)
      else this.state.overflow |= 1 << n
      if (step & Step.interrupt) this.state.raw |= 1 << n
      if (step & Step.end) return
    }
  }

  read(offset: number, _size: AccessSize): number {
    const at = offset & ~3
    switch (at) {
      case Reg.raw:
        return this.state.raw
      case Reg.clear:
        return this.state.raw & this.#get(Reg.mask)
      case Reg.overflow:
        return this.state.overflow
      case Reg.underflow:
        return this.state.underflow
    }
    const n = (at - Sequence.first) >> 5
    const fifo = this.state.fifos[n]
    if (fifo && (at & 0x1f) === Sequence.fifo) return this.#take(fifo, n)
    if (fifo && (at & 0x1f) === Sequence.state)
      return (fifo.length ? 0 : empty) | (fifo.length === depths[n] ? full : 0)
    return this.#get(at)
  }
  #take(fifo: number[], n: number): number {
    if (!fifo.length) this.state.underflow |= 1 << n
    return fifo.shift() ?? 0
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    const bits = kept.get(at)?.[0]
    if (bits !== undefined) this.state.registers.set(at, (value & bits) >>> 0)
    else if (at === Reg.clear) this.state.raw &= ~value
    else if (at === Reg.overflow) this.state.overflow &= ~value
    else if (at === Reg.underflow) this.state.underflow &= ~value
    else if (at === Reg.start) {
      const active = value & this.#get(Reg.active)
      for (let n = 0; n < depths.length; n++) if (active & (1 << n)) this.#convert(n)
    }
    this.#update()
  }
}
