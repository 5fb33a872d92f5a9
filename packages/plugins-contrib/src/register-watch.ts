import type { PluginApi } from '@guestscope/plugin-api'
import { unknownRegister } from './text.ts'

interface Watched {
  readonly name: string
  readonly digits: number
  last: bigint
}

/** Registers of a vCPU that match one of some patterns, and their last values. */
export class RegisterWatch {
  readonly #api: PluginApi
  readonly #cpu: number
  readonly #watched: readonly Watched[]
  readonly #words: RegExp

  /** Throws a `PluginError` if a pattern matches no register. */
  constructor(api: PluginApi, cpu: number, patterns: readonly string[]) {
    this.#api = api
    this.#cpu = cpu
    const all = api.registers()
    for (const pattern of patterns)
      if (!all.some(({ name }) => asRegExp(pattern).test(name)))
        throw unknownRegister(api, pattern, '; * and ? stand for any letters')
    this.#watched = all
      .filter(({ name }) => patterns.some(pattern => asRegExp(pattern).test(name)))
      .map(({ name, bits }) => ({ name, digits: Math.ceil(bits / 4), last: api.readRegister(cpu, name) }))
    this.#words = new RegExp(`\\b(${this.#watched.map(({ name }) => name).join('|')})\\b`)
  }

  /** Does the assembly text name one of them? */
  areNamedIn(text: string): boolean {
    return this.#words.test(text)
  }

  /** `, name -> 0xvalue` for each that has changed since the last call. */
  changes(): string {
    let text = ''
    for (const register of this.#watched) {
      const value = this.#api.readRegister(this.#cpu, register.name)
      if (value === register.last) continue
      register.last = value
      text += `, ${register.name} -> 0x${value.toString(16).padStart(register.digits, '0')}`
    }
    return text
  }
}

/** A pattern with `*` and `?`. */
function asRegExp(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i')
}
