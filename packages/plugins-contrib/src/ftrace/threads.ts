/**
 * Which thread runs on each vCPU. Nobody says when the guest switches; it shows where a return, or a return from a trap,
 * does not fit the stack that ran, by address and stack pointer, but one that was left before, or none: then a thread begins.
 */
import type { Privilege } from '@guestscope/plugin-api'
import { CallStack, type Frame, type FrameSink } from './stack.ts'

/** Threads that are remembered while others run. */
const maxThreads = 1000

export class Threads {
  readonly #sink: FrameSink
  readonly #symbol: (address: bigint) => { readonly name: string; readonly start: bigint }
  /** What runs on each vCPU. */
  readonly #running: CallStack[]
  /** Those that wait, the longest first. */
  readonly #waiting = new Set<CallStack>()
  readonly #privileges: (string | undefined)[] = []
  #made = 0

  /** `symbol` gives the function that an address lies in. */
  constructor(
    sink: FrameSink,
    cpus: number,
    symbol: (address: bigint) => { readonly name: string; readonly start: bigint },
  ) {
    this.#sink = sink
    this.#symbol = symbol
    this.#running = Array.from({ length: cpus }, (_, cpu) => new CallStack(sink, { cpu, number: 0 }))
  }

  /** A call has been made. */
  call(cpu: number, time: number, from: bigint, to: bigint, sp: bigint, privilege: Privilege): void {
    const stack = this.#at(cpu, time, privilege)
    // What called first was never called itself.
    if (stack.isEmpty) stack.push(this.#function(from, from, sp, privilege))
    stack.push(this.#function(to, from, sp, privilege))
  }

  /** A return has been made. */
  return(cpu: number, time: number, to: bigint, sp: bigint, privilege: Privilege): void {
    const stack = this.#at(cpu, time, privilege)
    if (stack.return(to, sp) || this.#resume(cpu, time, other => other.return(to, sp))) return
    if (!stack.owns(sp)) this.#begin(cpu, time, this.#function(to, to, sp, privilege))
  }

  /** A trap has been taken. */
  trap(cpu: number, time: number, cause: string, from: bigint, to: bigint, sp: bigint, p: Privilege): void {
    const stack = this.#at(cpu, time, p)
    if (stack.isEmpty) stack.push(this.#function(from, from, sp, p))
    stack.push({ kind: 'trap', name: cause, address: to, from, sp, privilege: p.name, level: p.level })
  }

  /** A trap handler has returned; without one it is how a supervisor starts a program. */
  trapReturn(cpu: number, time: number, to: bigint, sp: bigint, privilege: Privilege): void {
    const stack = this.#running[cpu] as CallStack
    stack.at(time)
    const first = this.#function(to, to, sp, privilege)
    const known =
      stack.trapReturn(to, sp) ||
      this.#resume(cpu, time, other => other.trapReturn(to, sp)) ||
      stack.trapReturnAnywhere(sp)
    const starts = !known && !stack.hasTrap
    if (!known && !starts) this.#begin(cpu, time, first)
    const now = this.#at(cpu, time, privilege)
    if (starts) now.push(first)
  }

  /** A host call was served. */
  hostCall(cpu: number, time: number, name: string, privilege: Privilege): void {
    this.#at(cpu, time, privilege).instant(name, privilege.name)
  }

  /** The run has ended. */
  end(time: number): void {
    for (const stack of [...this.#running, ...this.#waiting]) {
      stack.at(time)
      stack.end()
    }
  }

  #function(address: bigint, from: bigint, sp: bigint, { name: privilege, level }: Privilege): Frame {
    const { name, start } = this.#symbol(address)
    return { kind: 'function', name, address: start, from, sp, privilege, level }
  }

  /** What runs, at this time and privilege. */
  #at(cpu: number, time: number, { name, level }: Privilege): CallStack {
    const stack = this.#running[cpu] as CallStack
    stack.at(time)
    stack.level(level)
    if (name !== this.#privileges[cpu]) {
      this.#privileges[cpu] = name
      this.#sink.privilege(cpu, time, name)
    }
    return stack
  }

  /** Goes on with a thread that waits, the first for which it is so. */
  #resume(cpu: number, time: number, is: (other: CallStack) => boolean): boolean {
    for (const other of this.#waiting) {
      other.at(time)
      if (!is(other)) continue
      this.#waiting.delete(other)
      this.#switch(cpu, other)
      return true
    }
    return false
  }
  #begin(cpu: number, time: number, first: Frame): void {
    const stack = new CallStack(this.#sink, { cpu, number: ++this.#made })
    stack.at(time)
    stack.push(first)
    this.#switch(cpu, stack)
  }
  #switch(cpu: number, to: CallStack): void {
    this.#waiting.add(this.#running[cpu] as CallStack)
    this.#running[cpu] = to
    if (this.#waiting.size <= maxThreads) return
    const [oldest] = this.#waiting
    oldest?.end()
    if (oldest !== undefined) this.#waiting.delete(oldest)
  }
}
