import type { InsnHandle } from '@guestscope/plugin-api'
import type { ReferenceLog } from './reference-log.ts'
import type { Verdict } from './verdict.ts'

/** Registers of a vCPU against a line of the log: the first that differs, as `name=value`, or undefined. */
export type RegisterCheck = (
  cpu: number,
  line: string,
) => { readonly expected: string; readonly seen: string } | undefined

/** Which part of the log there is, and what to show of it. */
export interface EachOptions {
  readonly start: number
  readonly history: number
  /** Lines more that the log may have at the end. */
  readonly tail: number
  /** The log may end before this run. */
  readonly partial: boolean
}

interface Place {
  /** Instructions of this run. */
  count: number
  compared: number
  /** The log has ended before this run. */
  ended: boolean
  readonly history: string[]
}

/** Compares instruction by instruction. */
export class EachInstruction {
  readonly #log: ReferenceLog
  readonly #verdict: Verdict
  readonly #options: EachOptions
  readonly #registers: RegisterCheck | undefined
  readonly #places: readonly Place[]

  constructor(
    cpus: number,
    log: ReferenceLog,
    verdict: Verdict,
    options: EachOptions,
    registers: RegisterCheck | undefined,
  ) {
    this.#log = log
    this.#verdict = verdict
    this.#options = options
    this.#registers = registers
    this.#places = Array.from({ length: cpus }, () => ({ count: 0, compared: 0, ended: false, history: [] }))
  }

  /** What to call before the instruction. */
  callback(insn: InsnHandle): (cpu: number) => void {
    const pc = insn.address.toString(16)
    const symbol = insn.symbol()
    const text = `${pc}${symbol === undefined ? '' : ` <${symbol}>`}  ${insn.disassemble()}`
    const registers = this.#registers
    return cpu => {
      const place = this.#places[cpu] as Place
      if (place.count++ < this.#options.start) return
      const line = this.#next(cpu, place)
      if (line === undefined) return this.#logEnded(cpu, place, text)
      const same = line === pc || line.startsWith(`${pc} `)
      const wrong = same && registers !== undefined ? registers(cpu, line) : undefined
      if (!same) this.#differs(cpu, place, line, text)
      else if (wrong !== undefined)
        this.#differs(cpu, place, `${text}  ${wrong.expected}`, `${text}  ${wrong.seen}`)
      else {
        place.compared++
        this.#remember(place, text)
      }
    }
  }

  /** A discontinuity, as the log writes it. */
  event(cpu: number, text: string): void {
    const place = this.#places[cpu] as Place
    if (place.count < this.#options.start) return
    const line = this.#next(cpu, place)
    if (line === undefined) return this.#logEnded(cpu, place, text)
    if (line === text) this.#remember(place, text)
    else this.#differs(cpu, place, line, text)
  }

  /** This run has ended; gives the instructions compared, and whether the log ended before it. */
  end(): { compared: number; ended: boolean } {
    for (const [cpu, place] of this.#places.entries()) {
      if (this.#verdict.over) break
      let line = this.#next(cpu, place)
      for (let n = 0; n < this.#options.tail && line !== undefined; n++) line = this.#next(cpu, place)
      const total = (this.#log.totals(cpu)?.instructions ?? 0) - this.#options.tail
      if (line !== undefined) this.#differs(cpu, place, line, 'the end of the run')
      else if (total > place.count)
        this.#differs(cpu, place, `${total} instructions`, `the end of the run after ${place.count}`)
    }
    return {
      compared: this.#places.reduce((sum, { compared }) => sum + compared, 0),
      ended: this.#places.some(({ count, compared }) => count - this.#options.start > compared),
    }
  }

  #next(cpu: number, place: Place): string | undefined {
    if (place.ended || this.#verdict.over) return undefined
    const line = this.#log.next(cpu)
    place.ended = line === undefined
    if (this.#log.fault !== undefined) this.#verdict.fails(this.#log.fault)
    return line
  }

  /** This run has come to something more, and the log has not. */
  #logEnded(cpu: number, place: Place, seen: string): void {
    if (this.#options.partial || this.#verdict.over) return
    this.#differs(cpu, place, 'the end of the log (partial lets it end early)', seen)
  }

  #remember({ history }: Place, text: string): void {
    history.push(text)
    if (history.length > this.#options.history) history.shift()
  }

  #differs(cpu: number, { count, history }: Place, expected: string, seen: string): void {
    this.#verdict.differs(cpu, `at instruction ${count}`, expected, seen, history)
  }
}
