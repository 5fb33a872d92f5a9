import { fstatSync, readFileSync } from 'node:fs'
import { isatty } from 'node:tty'
import type { Input, InputKind } from './host.ts'

/** Standard input. */
export class NodeInput implements Input {
  readonly kind: InputKind = inputKind()
  #close = (): void => {}

  readAll(): Uint8Array {
    return readFileSync(0)
  }

  open(received: (bytes: Uint8Array) => void, ended: () => void): void {
    const { stdin } = process
    let over = false
    const end = (): void => {
      if (!over) ended()
      over = true
    }
    const setRaw = (raw: boolean): void => {
      if (stdin.isTTY) stdin.setRawMode(raw)
    }
    // After Ctrl-Z in another shell's job control the terminal has the shell's settings.
    const resumed = (): void => setRaw(true)
    stdin.on('data', received)
    stdin.on('end', end)
    stdin.on('error', end)
    process.on('SIGCONT', resumed)
    setRaw(true)
    this.#close = () => {
      setRaw(false)
      process.off('SIGCONT', resumed)
      stdin.off('data', received)
      stdin.off('end', end)
      stdin.pause()
      stdin.unref?.()
    }
  }

  close(): void {
    this.#close()
    this.#close = () => {}
  }
}

function inputKind(): InputKind {
  if (isatty(0)) return 'terminal'
  try {
    return fstatSync(0).isFile() ? 'file' : 'stream'
  } catch {
    return 'none' // closed
  }
}
