/** What UARTs have in common: a state with a line in it, over which the host sends. */
import type { DeviceHost } from '@guestscope/core'
import { SerialInput, type SerialInputOptions, type SerialInputState } from './serial-input.ts'

export abstract class Uart<State extends { readonly input: SerialInputState }> {
  state: State
  protected readonly input: SerialInput
  readonly #initial: State

  /** `initial`: the state after power-on, copied at each reset. */
  constructor(host: DeviceHost, initial: State, line: Omit<SerialInputOptions, 'host' | 'state'>) {
    this.#initial = initial
    this.state = structuredClone(initial)
    this.input = new SerialInput({ ...line, host, state: () => this.state.input })
  }

  /** Makes the lines into the interrupt controller agree with the state. */
  protected abstract update(): void

  /** Registers as after power-on; what the host has sent and the receiver has not taken still waits. */
  reset(): void {
    this.state = { ...structuredClone(this.#initial), input: this.state.input }
    this.update()
    this.input.reset()
  }

  /** Input; it comes at the line's speed, and what the receiver cannot take yet waits: nothing is lost. */
  receive(bytes: Uint8Array): void {
    this.input.push(bytes)
  }
}
