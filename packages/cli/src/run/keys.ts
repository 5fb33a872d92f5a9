/** The keys that a terminal keeps for itself: Ctrl-A, then a letter. */
const ctrlA = 1

export const keyHelp = `
Ctrl-A h       this text
Ctrl-A x       leave the emulator
Ctrl-A Ctrl-A  send Ctrl-A to the guest
`

/** What to do with keys pressed. */
export interface KeyActions {
  send(bytes: Uint8Array): void
  leave(): void
  help(): void
}

/** Separates the guest's keys from ours. */
export class KeyFilter {
  readonly #actions: KeyActions
  #escaped = false

  constructor(actions: KeyActions) {
    this.#actions = actions
  }

  push(bytes: Uint8Array): void {
    let from = 0
    const send = (to: number): void => {
      if (to > from) this.#actions.send(bytes.slice(from, to))
    }
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number
      if (this.#escaped) {
        this.#escaped = false
        from = i + 1
        this.#command(byte)
      } else if (byte === ctrlA) {
        send(i)
        from = i + 1
        this.#escaped = true
      }
    }
    send(bytes.length)
  }

  #command(byte: number): void {
    if (byte === ctrlA) return this.#actions.send(Uint8Array.of(ctrlA))
    const letter = String.fromCharCode(byte).toLowerCase()
    if (letter === 'x') this.#actions.leave()
    else if (letter === 'h' || letter === '?') this.#actions.help()
  }
}
