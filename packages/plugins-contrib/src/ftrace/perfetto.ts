import type { BatchedOutput } from '../text.ts'
import type { Frame, FrameSink, Thread } from './stack.ts'

/**
 * Writes the JSON of the Trace Event Format, which Perfetto (ui.perfetto.dev), chrome://tracing and Speedscope read: a
 * process per vCPU; in it a thread for the functions of each thread of the guest, or one for each privilege, and one that
 * shows the privilege.
 */
export class PerfettoSink implements FrameSink {
  readonly #out: BatchedOutput
  readonly #byPrivilege: boolean
  readonly #threads = new Map<string, number>()
  /** The privilege whose slice is open, by vCPU. */
  readonly #privileges = new Map<number, string>()
  #last = new Map<number, number>()
  #first = true

  /** `byPrivilege`: a thread for each privilege instead of one for all. */
  constructor(out: BatchedOutput, byPrivilege: boolean) {
    this.#out = out
    this.#byPrivilege = byPrivilege
    out.write('{"displayTimeUnit":"ns","traceEvents":[')
  }

  enter(thread: Thread, time: number, { kind, name, address, from, privilege }: Frame): void {
    const args = { address: hex(address), from: hex(from), privilege }
    this.#event('B', thread.cpu, time, this.#thread(thread, privilege), { name, cat: kind, args })
  }
  leave(thread: Thread, time: number, { privilege }: Frame): void {
    this.#event('E', thread.cpu, time, this.#thread(thread, privilege))
  }
  instant(thread: Thread, time: number, name: string, privilege: string): void {
    this.#event('i', thread.cpu, time, this.#thread(thread, privilege), { name, cat: 'host call', s: 't' })
  }
  privilege(cpu: number, time: number, name: string): void {
    const thread = this.#named(cpu, 'privilege')
    if (this.#privileges.has(cpu)) this.#event('E', cpu, time, thread)
    this.#privileges.set(cpu, name)
    this.#event('B', cpu, time, thread, { name, cat: 'privilege' })
  }
  end(): void {
    for (const cpu of this.#privileges.keys())
      this.#event('E', cpu, this.#last.get(cpu) ?? 0, this.#named(cpu, 'privilege'))
    this.#out.write('\n]}\n')
    this.#out.flush()
  }

  #thread({ cpu, number }: Thread, privilege: string): number {
    const name = number === 0 ? 'functions' : `functions, thread ${number}`
    return this.#named(cpu, this.#byPrivilege ? `${name} ${privilege}` : name)
  }

  /** The number of a thread; at its first use its name is written. */
  #named(cpu: number, name: string): number {
    const key = `${cpu} ${name}`
    const known = this.#threads.get(key)
    if (known !== undefined) return known
    const tid = this.#threads.size + 1
    this.#threads.set(key, tid)
    this.#write({ ph: 'M', pid: cpu + 1, tid, name: 'process_name', args: { name: `vCPU ${cpu}` } })
    this.#write({ ph: 'M', pid: cpu + 1, tid, name: 'thread_name', args: { name } })
    return tid
  }

  #event(ph: string, cpu: number, time: number, tid: number, more: object = {}): void {
    this.#last.set(cpu, time)
    // Microseconds.
    this.#write({ ph, pid: cpu + 1, tid, ts: time / 1000, ...more })
  }

  #write(event: object): void {
    this.#out.write(`${this.#first ? '' : ','}\n${JSON.stringify(event)}`)
    this.#first = false
  }
}

const hex = (value: bigint): string => `0x${value.toString(16)}`
