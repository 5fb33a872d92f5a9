/**
 * What all peripherals of Nordic's nRF51 have in common ("nRF51 Series Reference Manual", chapter 10): tasks that a 1
 * starts, events that a 0 takes back, shortcuts from events to tasks, and an interrupt bit for each event.
 */
import type { AccessSize, Line, MmioDevice } from '@guestscope/core'

/** Registers that are kept: the bits that exist, and the value after reset. */
export type KeptRegisters = Readonly<Record<number, readonly [bits: number, reset: number]>>

/** What a peripheral consists of. Offsets are those of the manual. */
export interface PeripheralLayout {
  readonly name: string
  readonly events: readonly number[]
  readonly registers: KeptRegisters
  /** Bit of SHORTS → the event and the task that it joins. */
  readonly shortcuts?: Readonly<Record<number, readonly [event: number, task: number]>>
}

const firstEvent = 0x100
const endOfEvents = 0x200
const Reg = { shortcuts: 0x200, interrupts: 0x300, enable: 0x304, disable: 0x308 } as const

/** Interrupt bit of an event. */
export const eventBit = (event: number): number => 1 << ((event - firstEvent) >> 2)

/** State of a peripheral: what all have, and what this one has besides. */
export interface PeripheralState<Own> {
  readonly registers: Map<number, number>
  /** Those that have happened, and the guest has not taken back. */
  readonly events: Set<number>
  shortcuts: number
  interrupts: number
  readonly own: Own
}

/** `Own`: the peripheral's own state. */
export abstract class NrfPeripheral<Own extends object = object> implements MmioDevice {
  readonly name: string
  readonly size = 0x1000
  state: PeripheralState<Own>
  readonly #initial: Own
  readonly #layout: PeripheralLayout
  readonly #line: Line | undefined
  readonly #shortcutBits: number
  readonly #interruptBits: number

  /** `initial`: the peripheral's own state after reset. */
  constructor(layout: PeripheralLayout, initial: Own, line?: Line) {
    this.name = layout.name
    this.#initial = initial
    this.#layout = layout
    this.#line = line
    this.#shortcutBits = Object.keys(layout.shortcuts ?? {}).reduce((bits, n) => bits | (1 << Number(n)), 0)
    this.#interruptBits = layout.events.reduce((bits, event) => bits | eventBit(event), 0)
    this.state = this.#fresh()
  }

  #fresh(): PeripheralState<Own> {
    const registers = Object.entries(this.#layout.registers)
    return {
      registers: new Map(registers.map(([at, [, value]]) => [Number(at), value])),
      events: new Set(),
      shortcuts: 0,
      interrupts: 0,
      own: structuredClone(this.#initial),
    }
  }

  reset(): void {
    this.state = this.#fresh()
    this.#update()
  }

  // For the peripheral itself.

  /** A task has been started, by the guest or by a shortcut. */
  protected abstract task(offset: number): void
  /** Called before each access: time may have passed. */
  protected settle(): void {}
  /** Called after each write of the guest: something may be awaited now that was not. */
  protected changed(_offset: number): void {}
  /** Registers that are not only kept; undefined: not one of them. */
  protected readSpecial(_offset: number): number | undefined {
    return undefined
  }
  /** The same; true: that was all. */
  protected writeSpecial(_offset: number, _value: number): boolean {
    return false
  }

  protected get own(): Own {
    return this.state.own
  }
  /** A register that is kept. */
  protected get(offset: number): number {
    return this.state.registers.get(offset) ?? 0
  }
  protected set(offset: number, value: number): void {
    this.state.registers.set(offset, value >>> 0)
  }
  /** Something has happened. */
  protected raise(event: number): void {
    this.state.events.add(event)
    this.#update()
    for (const [bit, [from, task]] of Object.entries(this.#layout.shortcuts ?? {}))
      if (from === event && this.state.shortcuts & (1 << Number(bit))) this.task(task)
  }
  /** Has it happened, and the guest has not taken it back? */
  protected has(event: number): boolean {
    return this.state.events.has(event)
  }
  /** Would the event raise an interrupt that is not raised yet? */
  protected isAwaited(event: number): boolean {
    return !this.state.events.has(event) && (this.state.interrupts & eventBit(event)) !== 0
  }
  protected get interrupts(): number {
    return this.state.interrupts
  }

  #update(): void {
    let active = false
    for (const event of this.state.events) if (this.state.interrupts & eventBit(event)) active = true
    this.#line?.(active)
  }

  // For the guest.

  read(offset: number, _size: AccessSize): number {
    this.settle()
    const at = offset & ~3
    const special = this.readSpecial(at)
    if (special !== undefined) return special >>> 0
    if (at >= firstEvent && at < endOfEvents) return this.state.events.has(at) ? 1 : 0
    if (at === Reg.shortcuts) return this.state.shortcuts
    if (at === Reg.interrupts || at === Reg.enable || at === Reg.disable) return this.state.interrupts >>> 0
    return this.get(at)
  }

  write(offset: number, _size: AccessSize, value: number): void {
    this.settle()
    const at = offset & ~3
    if (!this.writeSpecial(at, value)) this.#write(at, value)
    this.changed(at)
    this.#update()
  }

  #write(at: number, value: number): void {
    if (at < firstEvent) {
      if (value & 1) this.task(at)
    } else if (at < endOfEvents) {
      if (!this.#layout.events.includes(at)) return
      if (value & 1) this.state.events.add(at)
      else this.state.events.delete(at)
    } else if (at === Reg.shortcuts) this.state.shortcuts = value & this.#shortcutBits
    else if (at === Reg.interrupts) this.state.interrupts = value & this.#interruptBits
    else if (at === Reg.enable) this.state.interrupts |= value & this.#interruptBits
    else if (at === Reg.disable) this.state.interrupts &= ~value
    else {
      const bits = this.#layout.registers[at]?.[0]
      if (bits !== undefined) this.set(at, (this.get(at) & ~bits) | (value & bits))
    }
  }
}
