import type { DecodedInsn } from '@guestscope/core'
import type { Code } from '../isa/index.ts'

/** Entries, a power of two. */
const entries = 1 << 14

interface Entry {
  readonly code: Code
  readonly state: number
  readonly insn: DecodedInsn
}

/** What was decoded lately, by a hash of code and state: programs repeat themselves. */
export class DecodeCache {
  readonly #entries: Entry[] = []

  get(code: Code, state: number): DecodedInsn | undefined {
    const entry = this.#entries[place(code, state)]
    if (entry === undefined || entry.state !== state || !sameCode(entry.code, code)) return undefined
    return entry.insn
  }

  set(code: Code, state: number, insn: DecodedInsn): void {
    this.#entries[place(code, state)] = { code, state, insn }
  }
}

const place = ({ word }: Code, state: number): number =>
  (word ^ (word >>> 13) ^ Math.imul(state, 0x9e5)) & (entries - 1)

function sameCode(a: Code, b: Code): boolean {
  if (a.word !== b.word || a.size !== b.size) return false
  for (let i = 0; i < a.rest.length; i++) if (a.rest[i] !== b.rest[i]) return false
  return true
}
