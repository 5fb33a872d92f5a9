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

export abstract class NrfPeripheral implements MmioDevice {
  readonly name: string
  readonly size = 0x1000
  readonly #layout: PeripheralLayout
  readonly #line: Line | undefined
  readonly #registers = new Map<number, number>()
  readonly #events = new Set<number>()
  readonly #shortcutBits: number
  readonly #interruptBits: number
  #shortcuts = 0
  #interrupts = 0

  constructor(layout: PeripheralLayout, line?: Line) {
    this.name = layout.name
    this.#layout = layout
    this.#line = line
    this.#shortcutBits = Object.keys(layout.shortcuts ?? {}).reduce((bits, n) => bits | (1 << Number(n)), 0)
    this.#interruptBits = layout.events.reduce((bits, event) => bits | eventBit(event), 0)
    this.#defaults()
  }

  #defaults(): void {
    this.#events.clear()
    this.#shortcuts = this.#interrupts = 0
    for (const [at, [, value]] of Object.entries(this.#layout.registers))
      this.#registers.set(Number(at), value)
  }

  reset(): void {
    this.#defaults()
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

  /** A register that is kept. */
  protected get(offset: number): number {
    return this.#registers.get(offset) ?? 0
  }
  protected set(offset: number, value: number): void {
    this.#registers.set(offset, value >>> 0)
  }
  /** Something has happened. */
  protected raise(event: number): void {
    this.#events.add(event)
    this.#update()
    for (const [bit, [from, task]] of Object.entries(this.#layout.shortcuts ?? {}))
      if (from === event && this.#shortcuts & (1 << Number(bit))) this.task(task)
  }
  /** Has it happened, and the guest has not taken it back? */
  protected has(event: number): boolean {
    return this.#events.has(event)
  }
  /** Would the event raise an interrupt that is not raised yet? */
  protected isAwaited(event: number): boolean {
    return !this.#events.has(event) && (this.#interrupts & eventBit(event)) !== 0
  }
  protected get interrupts(): number {
    return this.#interrupts
  }

  #update(): void {
    let active = false
    for (const event of this.#events) if (this.#interrupts & eventBit(event)) active = true
    this.#line?.(active)
  }

  // For the guest.

  read(offset: number, _size: AccessSize): number {
    this.settle()
    const at = offset & ~3
    const special = this.readSpecial(at)
    if (special !== undefined) return special >>> 0
    if (at >= firstEvent && at < endOfEvents) return this.#events.has(at) ? 1 : 0
    if (at === Reg.shortcuts) return this.#shortcuts
    if (at === Reg.interrupts || at === Reg.enable || at === Reg.disable) return this.#interrupts >>> 0
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
      if (value & 1) this.#events.add(at)
      else this.#events.delete(at)
    } else if (at === Reg.shortcuts) this.#shortcuts = value & this.#shortcutBits
    else if (at === Reg.interrupts) this.#interrupts = value & this.#interruptBits
    else if (at === Reg.enable) this.#interrupts |= value & this.#interruptBits
    else if (at === Reg.disable) this.#interrupts &= ~value
    else {
      const bits = this.#layout.registers[at]?.[0]
      if (bits !== undefined) this.set(at, (this.get(at) & ~bits) | (value & bits))
    }
  }
}
