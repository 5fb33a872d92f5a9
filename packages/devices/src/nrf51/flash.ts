/**
 * The controller of the nRF51's flash ("nRF51 Series Reference Manual", chapter 6): pages of 1 KiB are erased, words are
 * written by stores of the guest, and both are done at once.
 */
import type { AccessSize, MmioDevice } from '@guestscope/core'

/** How a board wires the controller. */
export interface NrfFlashOptions {
  readonly memory: {
    readMemory(address: number, length: number): Uint8Array | undefined
    writeMemory(address: number, bytes: Uint8Array): boolean
  }
  /** Bytes of code flash, which begins at 0. */
  readonly flashBytes: number
  /** Where the user information is. */
  readonly userInformation: { readonly base: number; readonly bytes: number }
}

const Reg = {
  ready: 0x400,
  configuration: 0x504,
  erasePage: 0x508,
  eraseAll: 0x50c,
  eraseProtected: 0x510,
  eraseUser: 0x514,
} as const
const Mode = { write: 1, erase: 2 } as const
const pageBytes = 1024
const erased = 0xff

const initial = { mode: 0 }

export class NrfFlash implements MmioDevice {
  readonly name = 'nrf-flash'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #options: NrfFlashOptions

  constructor(options: NrfFlashOptions) {
    this.#options = options
  }

  reset(): void {
    this.state = structuredClone(initial)
  }

  read(offset: number, _size: AccessSize): number {
    const at = offset & ~3
    if (at === Reg.ready) return 1
    return at === Reg.configuration ? this.state.mode : 0
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    const { flashBytes, userInformation } = this.#options
    if (at === Reg.configuration) this.state.mode = value & 3
    if (this.state.mode !== Mode.erase) return
    if ((at === Reg.erasePage || at === Reg.eraseProtected) && value < flashBytes)
      this.#erase(value - (value % pageBytes), pageBytes)
    if (at === Reg.eraseAll && value & 1) this.#erase(0, flashBytes)
    if ((at === Reg.eraseAll || at === Reg.eraseUser) && value & 1)
      this.#erase(userInformation.base, userInformation.bytes)
  }

  #erase(address: number, length: number): void {
    this.#options.memory.writeMemory(address, new Uint8Array(length).fill(erased))
  }

  /** `MemoryRegionSpec.stored` of a piece of flash at `base`: a word that is written can only clear bits. */
  stored(base: number, offset: number, length: number, value: bigint): void {
    const { memory } = this.#options
    if (this.state.mode !== Mode.write || length !== 4) return
    const old = memory.readMemory(base + offset, 4)
    if (!old) return
    const word = new DataView(old.buffer)
    word.setUint32(0, word.getUint32(0, true) & Number(value), true)
    memory.writeMemory(base + offset, old)
  }
}
