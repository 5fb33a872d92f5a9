/**
 * The Ethernet controller of Stellaris microcontrollers ("LM3S6965 Data Sheet", chapter 15) without a cable: the link is
 * down, nothing is received, and frames that are sent are lost.
 */
import type { AccessSize, Line, MmioDevice } from '@guestscope/core'
import { type RegisterTable, resetValues } from '@guestscope/devices'

const Reg = {
  interrupts: 0x00,
  mask: 0x04,
  receiveControl: 0x08,
  sendControl: 0x0c,
  data: 0x10,
  address0: 0x14,
  address1: 0x18,
  threshold: 0x1c,
  management: 0x20,
  divider: 0x24,
  managementSend: 0x2c,
  managementReceive: 0x30,
  packets: 0x34,
  send: 0x38,
} as const
const kept: RegisterTable = new Map([
  [Reg.mask, [0x7f, 0x7f]],
  [Reg.receiveControl, [0x1f, 8]],
  [Reg.sendControl, [0x17, 0]],
  [Reg.address0, [-1, 0]],
  [Reg.address1, [0xffff, 0]],
  [Reg.threshold, [0x3f, 0x3f]],
  [Reg.management, [0xfa, 0]],
  [Reg.divider, [0xff, 0x80]],
  [Reg.managementSend, [0xffff, 0]],
])
const Interrupt = { sent: 4, management: 0x20 } as const
const [startManagement, writesManagement] = [1, 2]
/** Bits that can be written in the registers of the physical layer. */
const physicalBits = [0xff80, 0, 0, 0, 0xbfe0, 0, 0]

const initial = {
  registers: resetValues(kept) as Map<number, number>,
  /** Of the physical layer, MR0 … MR6: MR1 says that the link is down. */
  physical: [0x3100, 0x7849, 0x000e, 0x7237, 0x01e1, 0, 0] as number[],
  received: 0,
  raw: 0,
}

export class StellarisEthernet implements MmioDevice {
  readonly name = 'stellaris-ethernet'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #line: Line

  constructor(line: Line) {
    this.#line = line
  }

  reset(): void {
    this.state = structuredClone(initial)
    this.#update()
  }

  #get(offset: number): number {
    return this.state.registers.get(offset) ?? 0
  }
  #update(): void {
    this.#line((this.state.raw & this.#get(Reg.mask)) !== 0)
  }

  read(offset: number, _size: AccessSize): number {
    switch (offset & ~3) {
      case Reg.interrupts:
        return this.state.raw
      case Reg.managementReceive:
        return this.state.received
      default:
        return this.#get(offset & ~3) >>> 0
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    const bits = kept.get(at)?.[0]
    if (bits !== undefined) this.state.registers.set(at, value & bits)
    if (at === Reg.interrupts) this.state.raw &= ~value
    else if (at === Reg.management && value & startManagement) this.#manage(value)
    else if (at === Reg.send && value & 1) this.state.raw |= Interrupt.sent
    this.#update()
  }

  /** A register of the physical layer is read or written, at once. */
  #manage(value: number): void {
    const n = (value >> 3) & 31
    const bits = physicalBits[n]
    if (value & writesManagement) {
      // Reset and the restart of negotiation are over at once.
      if (bits) this.state.physical[n] = this.#get(Reg.managementSend) & bits & (n ? -1 : ~0x8200)
    } else this.state.received = this.state.physical[n] ?? 0
    this.state.raw |= Interrupt.management
  }
}
