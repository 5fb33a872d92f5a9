/**
 * A log of exec-log, ours or that of the QEMU plugin of the same name, read line by line and handed out by vCPU:
 *
 *     vcpu pc [bytes] [name=value …] [; assembly]      an instruction
 *     vcpu count hash pc                               so many instructions, with hash=
 *     ! vcpu type from to                              a discontinuity, with discon
 *     # vcpu N insns COUNT [hash HASH]                 at the end
 *     # …                                              a remark
 */
import type { InputFile } from '@guestscope/plugin-api'

/** What the end of the log says of a vCPU. */
export interface LogTotals {
  readonly instructions: number
  readonly hash: string | undefined
}

const chunk = 1 << 16
/** No line is longer, with all registers of any target. */
const longest = 1 << 20

/** What a log has a line for: each instruction, or so many. */
export type LogKind = 'instructions' | 'hashes'

/** Lines: the vCPU, and what is handed out. */
const grammar: Readonly<Record<LogKind, RegExp>> = {
  instructions: /^([\da-f]+) ([\da-f]+(?: [\da-f]+)?(?: [^\s=;]+=[\da-f]+)*(?: ;.*)?)$/,
  hashes: /^([\da-f]+) (\d+ [\da-f]{16} [\da-f]+)$/,
}
const eventLine = /^! ([\da-f]+)( \d+ [\da-f]+ [\da-f]+)$/
const totalLine = /^# vcpu ([\da-f]+) insns (\d+)(?: hash ([\da-f]+))?$/

/** The log. Lines of other vCPUs wait until they are asked for. */
export class ReferenceLog {
  readonly #input: InputFile
  readonly #events: boolean
  readonly #decoder = new TextDecoder()
  readonly #waiting = new Map<number, string[]>()
  readonly #totals = new Map<number, LogTotals>()
  readonly #cpus: number
  #text = ''
  #at = 0
  #ended = false
  #number = 0
  /** That of the first line that is not about a discontinuity. */
  #kind: LogKind | undefined
  #fault: string | undefined

  /** `events`: hand out discontinuities, too. `cpus`: of this run; more than that cannot be compared. */
  constructor(input: InputFile, events: boolean, cpus: number = Number.POSITIVE_INFINITY) {
    this.#input = input
    this.#events = events
    this.#cpus = cpus
  }

  /** What is wrong with the log, as the end of a sentence: `line 3 …`. It ends there. */
  get fault(): string | undefined {
    return this.#fault
  }
  /** Known after `peek`. */
  get kind(): LogKind | undefined {
    return this.#kind
  }

  /** The next line of a vCPU, without the number of the vCPU; undefined at the end of the log. */
  next(cpu: number): string | undefined {
    const own = this.#waiting.get(cpu)
    const waiting = own?.shift()
    if (waiting !== undefined) return waiting
    for (;;) {
      const found = this.#take()
      if (found === undefined || found.cpu === cpu) return found?.rest
      this.#wait(found.cpu, found.rest)
    }
  }

  /** The first line of any vCPU; it stays. */
  peek(): string | undefined {
    for (const [line] of this.#waiting.values()) if (line !== undefined) return line
    const found = this.#take()
    if (found !== undefined) this.#wait(found.cpu, found.rest)
    return found?.rest
  }

  /** Totals of a vCPU; to be called when `next` has nothing more. */
  totals(cpu: number): LogTotals | undefined {
    return this.#totals.get(cpu)
  }

  #wait(cpu: number, rest: string): void {
    const queue = this.#waiting.get(cpu)
    if (queue === undefined) this.#waiting.set(cpu, [rest])
    else queue.push(rest)
  }

  /** The next line that counts. */
  #take(): { cpu: number; rest: string } | undefined {
    for (let line = this.#line(); line !== undefined; line = this.#line()) {
      if (line === '') continue
      if (line.startsWith('#')) {
        if (!this.#total(line)) return this.#fail(line)
        continue
      }
      const isEvent = line.startsWith('!')
      if (!isEvent) this.#kind ??= grammar.hashes.test(line) ? 'hashes' : 'instructions'
      const found = (isEvent ? eventLine : grammar[this.#kind ?? 'instructions']).exec(line)
      if (found === null) return this.#fail(line)
      const [, digits = '', rest = ''] = found
      const cpu = Number.parseInt(digits, 16)
      if (cpu >= this.#cpus) {
        this.#fault = `line ${this.#number} is about vCPU ${cpu}, and this run has ${this.#cpus}`
        return undefined
      }
      if (!isEvent) return { cpu, rest }
      if (this.#events) return { cpu, rest: `!${rest}` }
    }
    return undefined
  }

  #fail(line: string): undefined {
    const shown = line.length > 60 ? `${line.slice(0, 60)}…` : line
    const text = shown.replaceAll(/[^\x20-\x7e…]/g, '?')
    this.#fault = `line ${this.#number} is none of an exec-log: '${text}'`
    this.#ended = true
    this.#text = ''
    this.#at = 0
  }

  /** Other lines that begin with `#` are remarks. */
  #total(line: string): boolean {
    const found = totalLine.exec(line)
    if (found === null) return !line.startsWith('# vcpu')
    const [, cpu = '', count, hash] = found
    this.#totals.set(Number.parseInt(cpu, 16), { instructions: Number(count), hash })
    return true
  }

  #line(): string | undefined {
    for (;;) {
      const end = this.#text.indexOf('\n', this.#at)
      if (end >= 0) {
        const line = this.#text.slice(this.#at, end)
        this.#at = end + 1
        this.#number++
        return line.endsWith('\r') ? line.slice(0, -1) : line
      }
      if (this.#ended || this.#fault !== undefined) return undefined
      if (this.#text.length - this.#at > longest) {
        this.#number++
        return this.#fail(this.#text.slice(this.#at, this.#at + 100))
      }
      const bytes = this.#input.read(chunk)
      this.#ended = bytes.length === 0
      const more = this.#ended
        ? this.#at < this.#text.length
          ? '\n'
          : ''
        : this.#decoder.decode(bytes, { stream: true })
      this.#text = this.#text.slice(this.#at) + more
      this.#at = 0
    }
  }
}
