/**
 * A log of exec-log, ours or that of the QEMU plugin of the same name, read line by line and handed out by vCPU:
 *
 *     vcpu pc [bytes] [name=value …] [; assembly]      an instruction
 *     vcpu count hash pc                               so many instructions, with hash=
 *     ! vcpu type from to                              a discontinuity, with discon
 *     # vcpu N insns COUNT [hash HASH]                 at the end
 */
import type { InputFile } from '@guestscope/plugin-api'

/** What the end of the log says of a vCPU. */
export interface LogTotals {
  readonly instructions: number
  readonly hash: string | undefined
}

const chunk = 1 << 16

/** The log. Lines of other vCPUs wait until they are asked for. */
export class ReferenceLog {
  readonly #input: InputFile
  readonly #events: boolean
  readonly #decoder = new TextDecoder()
  readonly #waiting = new Map<number, string[]>()
  readonly #totals = new Map<number, LogTotals>()
  #text = ''
  #at = 0
  #ended = false

  /** `events`: hand out discontinuities, too. */
  constructor(input: InputFile, events: boolean) {
    this.#input = input
    this.#events = events
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
      if (line.startsWith('#')) this.#total(line)
      else if (line.startsWith('! ')) {
        if (!this.#events) continue
        const space = line.indexOf(' ', 2)
        return { cpu: Number.parseInt(line.slice(2, space), 16), rest: `!${line.slice(space)}` }
      } else {
        const space = line.indexOf(' ')
        if (space > 0) return { cpu: Number.parseInt(line.slice(0, space), 16), rest: line.slice(space + 1) }
      }
    }
    return undefined
  }

  #total(line: string): void {
    const found = /^# vcpu ([\da-f]+) insns (\d+)(?: hash ([\da-f]+))?/.exec(line)
    if (found === null) return
    const [, cpu = '', count, hash] = found
    this.#totals.set(Number.parseInt(cpu, 16), { instructions: Number(count), hash })
  }

  #line(): string | undefined {
    for (;;) {
      const end = this.#text.indexOf('\n', this.#at)
      if (end >= 0) {
        const line = this.#text.slice(this.#at, end)
        this.#at = end + 1
        return line
      }
      if (this.#ended) return undefined
      const bytes = this.#input.read(chunk)
      this.#ended = bytes.length === 0
      const more = this.#ended ? '\n' : this.#decoder.decode(bytes, { stream: true })
      this.#text = this.#text.slice(this.#at) + more
      this.#at = 0
    }
  }
}
