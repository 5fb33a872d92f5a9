/** Input on its way to a guest: to its serial port, and to semihosting calls, each of which reads all of it. */
import type { Machine } from '@guestscope/core'

export class GuestInput {
  readonly #serial: boolean
  readonly #semihosting: boolean
  /** More may come. */
  #open: boolean
  /** What semihosting calls have not read yet. */
  readonly #unread: Uint8Array[] = []

  constructor({ serial, semihosting, open }: { serial: boolean; semihosting: boolean; open: boolean }) {
    this.#serial = serial
    this.#semihosting = semihosting
    this.#open = open && (serial || semihosting)
  }

  /** It has come. */
  receive(machine: Pick<Machine, 'input'>, bytes: Uint8Array): void {
    if (this.#serial) machine.input(bytes)
    if (this.#semihosting && bytes.length > 0) this.#unread.push(bytes)
  }

  /** No more will. */
  end(): void {
    this.#open = false
  }

  /** What a semihosting call reads, up to so many bytes; none: the end; undefined: none has come yet. */
  read(length: number): Uint8Array | undefined {
    const [first] = this.#unread
    if (first === undefined) return this.#open ? undefined : new Uint8Array()
    const bytes = first.subarray(0, length)
    if (bytes.length < first.length) this.#unread[0] = first.subarray(bytes.length)
    else this.#unread.shift()
    return bytes
  }

  /** Can there still be input on which somebody waits: for an interrupt, or in a semihosting call? */
  mayWake({
    cpus,
  }: {
    readonly cpus: readonly { readonly unfinished: Machine['cpus'][0]['unfinished'] }[]
  }): boolean {
    return this.#open && (this.#serial || cpus.some(cpu => cpu.unfinished?.waits === true))
  }
}
