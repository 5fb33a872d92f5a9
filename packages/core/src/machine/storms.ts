/**
 * Finds a CPU that gets nowhere: an interrupt that comes again as soon as its handler returns, an exception that its handler
 * runs into or returns to. Every ten million instructions one CPU is listened to for a while. If all that it did
 * was to take one trap at one address, a few instructions one by one tell whether it ran anything between the return
 * from the handler and the next such trap: then it is no storm but a busy caller of its supervisor.
 */
import type { Cpu } from '../cpu.ts'
import { Discon } from '../events/discon.ts'
import type { Flow } from '../events/index.ts'
import type { Target } from '../target.ts'

/** Instructions between looks, those at the start, which grow by `growth`, and at most; and of a look. */
const [firstRest, longRest, firstWindow, longWindow, growth] = [10_000, 10_000_000, 2000, 20_000, 4]
/** Traps that a look must have seen, and the share that must be alike. */
const [fewest, share] = [4, 0.99]
/** Traps that are followed one instruction at a time, and instructions after which that is given up. */
const [followed, patience] = [3, 20_000]
/** Looks that are let pass after one that turned out harmless: twice as many each time, up to so many. */
const mostPasses = 64
/** Instructions that a storm has lasted when it is reported. */
const lasting = 100_000_000

/** A trap that a CPU takes again and again. */
export interface Storm {
  readonly cpu: number
  readonly cause: number
  /** Where it happens. */
  readonly from: bigint
}

/** What the watch needs of its machine. */
export interface StormWatchParts {
  readonly target: Target
  readonly cpus: readonly Cpu[]
  /** From now on `heard` is to be called for every trap, or no more. */
  readonly listen: (on: boolean) => void
  /** What the instruction at a CPU's pc does to the flow of control; undefined: it has not been decoded. */
  readonly flowAt: (cpu: Cpu) => Flow | undefined
  readonly lasts: (storm: Storm) => void
}

export class StormWatch {
  /** The CPU is caught in it, as far as is known; the last look says so. */
  storm: Storm | undefined
  readonly #parts: StormWatchParts
  #phase: 'rest' | 'listen' | 'follow' = 'rest'
  /** Instructions to the end of the phase. */
  #left = 0
  #rest = firstRest
  #window = firstWindow
  /** Number of the CPU that is looked at. */
  #cpu = -1
  readonly #heard = new Map<string, { readonly storm: Storm; count: number }>()
  #passes = 0
  #toPass = 0
  /** Instructions since it was found. */
  #lasted = 0
  // While a trap is followed: how often it came, whether a handler has returned since, and an instruction has run after that.
  #suspect: Storm | undefined
  #came = 0
  #returned = false
  #progress = false
  /** What the instruction that runs does; undefined: it has been accounted for. */
  #flow: Flow | 'unknown' | undefined

  constructor(parts: StormWatchParts) {
    this.#parts = parts
  }

  /** The machine has been reset. */
  reset(): void {
    this.storm = undefined
    this.#rest = firstRest
    this.#window = firstWindow
    this.#begin('rest', 0)
  }

  /** Instructions that a CPU may run before `ran` must be called; it is about to run. */
  limit(cpu: Cpu): number {
    if (this.#phase !== 'follow') return Math.max(this.#left, 1)
    if (cpu.index !== this.#cpu) return Number.POSITIVE_INFINITY
    this.#flow = this.#parts.flowAt(cpu) ?? 'unknown'
    return 1
  }

  /** A CPU has run so many. */
  ran(cpu: Cpu, instructions: number): void {
    this.#left -= instructions
    this.#lasted += instructions
    if (this.#phase === 'follow' && cpu.index === this.#cpu) {
      if (instructions > 0) this.#account(this.#flow)
      // It sleeps until there is something to do: that is how it is meant.
      if (cpu.waiting) this.#progress = true
      if (this.#came >= followed) return this.#conclude(true)
      if (this.#progress && this.#came > 0) return this.#conclude(false)
    }
    if (this.#left > 0) return
    if (this.#phase === 'rest') this.#listen()
    else if (this.#phase === 'listen') this.#weigh()
    else this.#conclude(false)
  }

  /** A CPU has entered a trap; its pc is that of the handler. */
  heard(cpu: Cpu, cause: number, from: bigint): void {
    if (cpu.index !== this.#cpu) return
    const { target, flowAt } = this.#parts
    const { type } = target.cause(cause)
    if (type === Discon.HostCall) return
    if (this.#phase === 'listen') {
      const key = `${cause} ${from}`
      const known = this.#heard.get(key)
      if (known) known.count++
      else this.#heard.set(key, { storm: { cpu: cpu.index, cause, from }, count: 1 })
    } else if (this.#phase === 'follow') {
      // An interrupt comes before the instruction, of its handler; an exception instead of it.
      this.#flow = type === Discon.Interrupt ? (flowAt(cpu) ?? 'unknown') : undefined
      if (this.#suspect?.cause !== cause || this.#suspect.from !== from) return
      if (this.#progress && this.#came > 0) return
      this.#came++
      this.#returned = this.#progress = false
    }
  }

  /** The instruction of a CPU that runs has returned from a handler; the next one may begin at once. */
  returned(cpu: Cpu): void {
    if (this.#phase !== 'follow' || cpu.index !== this.#cpu) return
    this.#account('trap-return')
    this.#flow = undefined
  }

  #account(flow: Flow | 'unknown' | undefined): void {
    if (flow === 'trap-return') {
      this.#returned = true
      this.#progress = false
    } else if (flow !== undefined && this.#returned) this.#progress = true
  }

  #begin(phase: 'rest' | 'listen' | 'follow', instructions: number): void {
    const listens = phase !== 'rest'
    if (listens !== (this.#phase !== 'rest')) this.#parts.listen(listens)
    this.#phase = phase
    this.#left = instructions
  }

  #listen(): void {
    const { length } = this.#parts.cpus
    // A storm goes on where it was; else one after the other.
    this.#cpu = this.storm?.cpu ?? (this.#cpu + 1) % length
    this.#heard.clear()
    this.#begin('listen', this.#window * length)
  }

  #weigh(): void {
    let [all, most] = [0, undefined as { readonly storm: Storm; count: number } | undefined]
    for (const one of this.#heard.values()) {
      all += one.count
      if (one.count > (most?.count ?? 0)) most = one
    }
    const alike = most !== undefined && most.count >= Math.max(fewest, share * all) ? most.storm : undefined
    if (alike === undefined) this.#toPass = this.#passes = 0
    else if (alike.cause === this.storm?.cause && alike.from === this.storm.from) {
      if (this.#lasted >= lasting) this.#parts.lasts(alike)
      return this.#relax()
    } else if (this.#toPass-- <= 0) {
      this.#suspect = alike
      this.#came = 0
      this.#returned = this.#progress = false
      return this.#begin('follow', patience * this.#parts.cpus.length)
    }
    this.storm = undefined
    this.#relax()
  }

  #conclude(stuck: boolean): void {
    this.storm = stuck ? this.#suspect : undefined
    this.#lasted = 0
    this.#passes = stuck ? 0 : Math.min(Math.max(2 * this.#passes, 1), mostPasses)
    this.#toPass = this.#passes
    this.#relax()
  }

  #relax(): void {
    this.#begin('rest', this.#rest)
    this.#rest = Math.min(this.#rest * growth, longRest)
    this.#window = Math.min(this.#window * growth, longWindow)
  }
}

/** In one sentence, for the user. */
export function describeStorm({ cpu, cause, from }: Storm, target: Target): string {
  const { name, type } = target.cause(cause)
  const at = `CPU ${cpu} gets nowhere: ${name} at 0x${from.toString(16)}, again and again;`
  return type === Discon.Interrupt
    ? `${at} it comes back as soon as its handler returns: does the handler take away what raises it?`
    : `${at} its handler runs into it, or returns to it: is there a handler at the vector, and does it deal with this?`
}
