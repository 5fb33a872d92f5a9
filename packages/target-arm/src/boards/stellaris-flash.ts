/** Control of Stellaris flash ("LM3S6965 Data Sheet", chapter 7): pages of 1 KiB are erased, and words written, at once. */
import type { AccessSize, BoardHost, Line, MmioDevice } from '@guestscope/core'

const Reg = { address: 0, data: 4, control: 8, raw: 12, mask: 16, masked: 20 } as const
const Control = { write: 1, erase: 2, eraseAll: 4 } as const
const key = 0xa442
const programmed = 2
const pageBytes = 1024

const initial = { address: 0, data: 0, mask: 0, raw: 0 }

export class StellarisFlash implements MmioDevice {
  readonly name = 'stellaris-flash'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #host: BoardHost
  readonly #flashBytes: number
  readonly #line: Line

  /** The flash begins at 0. */
  constructor(host: BoardHost, flashBytes: number, line: Line) {
    this.#host = host
    this.#flashBytes = flashBytes
    this.#line = line
  }

  reset(): void {
    this.state = structuredClone(initial)
    this.#line(false)
  }

  read(offset: number, _size: AccessSize): number {
    switch (offset & ~3) {
      case Reg.address:
        return this.state.address
      case Reg.data:
        return this.state.data
      case Reg.raw:
        return this.state.raw
      case Reg.mask:
        return this.state.mask
      case Reg.masked:
        return this.state.raw & this.state.mask
      default:
        return 0 // every command is done
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    if (at === Reg.address) this.state.address = value & (this.#flashBytes - 1)
    else if (at === Reg.data) this.state.data = value >>> 0
    else if (at === Reg.mask) this.state.mask = value & 3
    else if (at === Reg.masked) this.state.raw &= ~value
    else if (at === Reg.control && value >>> 16 === key) this.#command(value)
    this.#line((this.state.raw & this.state.mask) !== 0)
  }

  #command(value: number): void {
    const at = this.state.address & ~3
    if (value & Control.eraseAll) this.#erase(0, this.#flashBytes)
    else if (value & Control.erase) this.#erase(at & -pageBytes, pageBytes)
    else if (value & Control.write) {
      const word = this.#host.readMemory(at, 4)
      if (!word) return
      const view = new DataView(word.buffer)
      // Writing can only clear bits.
      view.setUint32(0, view.getUint32(0, true) & this.state.data, true)
      this.#host.writeMemory(at, word)
    }
    this.state.raw |= programmed
  }
  #erase(address: number, length: number): void {
    this.#host.writeMemory(address, new Uint8Array(length).fill(0xff))
  }
}
