/**
 * Which exceptions are pending, active and enabled, and how urgent they are (Armv7-M ARM, B1.5.4 and B3.4). Knows
 * neither the CPU nor registers' addresses. Lower numbers are more urgent; 256 is the priority of Thread mode.
 */
import { Exception } from '../causes.ts'

/** Priority of Thread mode with nothing masked. */
export const threadPriority = 256

/** What masks exceptions: the special registers (0 or 1, BASEPRI a priority). */
export interface Masks {
  readonly primask: number
  readonly faultmask: number
  readonly basepri: number
}
export const noMasks: Masks = { primask: 0, faultmask: 0, basepri: 0 }

export interface NvicOptions {
  /** External interrupt lines. */
  readonly interrupts: number
  /** Bits of a priority that are implemented. */
  readonly priorityBits: number
  /** Armv6-M: no configurable faults, no priority groups. */
  readonly baseline: boolean
}

/** Priorities of reset, NMI and HardFault. */
const fixedPriorities = [0, -3, -2, -1]
/** Exceptions below 16 that exist. */
const baselineExceptions = [1, 2, 3, 11, 14, 15]
const mainlineExceptions = [1, 2, 3, 4, 5, 6, 11, 12, 14, 15]
/** Those of them that are enabled by bits of SHCSR and DEMCR. */
const switchable = [Exception.memManage, Exception.busFault, Exception.usageFault, Exception.debugMonitor]

/** Enters a number into a set, or takes it out: flags by number, and a list. */
function mark(flags: Uint8Array, list: number[], n: number, on: boolean): void {
  if ((flags[n] === 1) === on) return
  flags[n] = on ? 1 : 0
  if (on) list.push(n)
  else list.splice(list.indexOf(n), 1)
}

export class Nvic {
  /** Number of exceptions: 16 and the external interrupts. */
  readonly count: number
  readonly baseline: boolean
  /** Bits of a priority register that exist. */
  readonly priorityMask: number
  readonly #pending: Uint8Array
  readonly #active: Uint8Array
  readonly #enabled: Uint8Array
  readonly #level: Uint8Array
  readonly #priority: Int16Array
  readonly #exists: Uint8Array
  #group = 0
  /** The exceptions that are pending, and those that are active: few, so that these are quicker to search. */
  readonly #pendingList: number[] = []
  readonly #activeList: number[] = []
  #best: number | undefined
  #activePriority: number | undefined

  constructor(options: NvicOptions) {
    this.count = Exception.external + options.interrupts
    this.baseline = options.baseline
    this.priorityMask = (0xff << (8 - options.priorityBits)) & 0xff
    const bytes = (): Uint8Array => new Uint8Array(this.count)
    ;[this.#pending, this.#active, this.#enabled] = [bytes(), bytes(), bytes()]
    ;[this.#level, this.#exists] = [bytes(), bytes()]
    this.#priority = new Int16Array(this.count)
    for (const n of options.baseline ? baselineExceptions : mainlineExceptions) this.#exists[n] = 1
    this.#exists.fill(1, Exception.external)
    this.reset()
  }

  reset(): void {
    for (const list of [this.#pending, this.#active, this.#enabled, this.#level]) list.fill(0)
    this.#pendingList.length = this.#activeList.length = 0
    this.#priority.fill(0)
    this.#priority.set(fixedPriorities)
    for (let n = 1; n < Exception.external; n++) this.#enabled[n] = switchable.includes(n as 4) ? 0 : 1
    this.#group = 0
    this.#changed()
  }

  #changed(): void {
    this.#best = undefined
    this.#activePriority = undefined
  }

  exists(n: number): boolean {
    return this.#exists[n] === 1
  }
  isPending(n: number): boolean {
    return this.#pending[n] === 1
  }
  isActive(n: number): boolean {
    return this.#active[n] === 1
  }
  isEnabled(n: number): boolean {
    return this.#enabled[n] === 1
  }
  /** The level of an external interrupt's line. */
  isHigh(n: number): boolean {
    return this.#level[n] === 1
  }

  setPending(n: number, on = true): void {
    if (!this.exists(n)) return
    // A line that is high makes its interrupt pending again at once, unless it is being served.
    const held = !on && this.#level[n] === 1 && this.#active[n] === 0
    mark(this.#pending, this.#pendingList, n, on || held)
    this.#changed()
  }
  setEnabled(n: number, on: boolean): void {
    if (!this.exists(n)) return
    this.#enabled[n] = on ? 1 : 0
    this.#changed()
  }
  /** For software that writes SHCSR; entry and return use `enter` and `leave`. */
  setActive(n: number, on: boolean): void {
    if (!this.exists(n)) return
    mark(this.#active, this.#activeList, n, on)
    this.#changed()
  }
  /** A device drives its line. Pulses are remembered. */
  setLine(n: number, high: boolean): void {
    if (n >= this.count) return
    this.#level[n] = high ? 1 : 0
    if (high && !this.#pending[n]) this.setPending(n)
  }

  priority(n: number): number {
    return this.#priority[n] ?? 0
  }
  /** Has no effect on exceptions whose priority is fixed. */
  setPriority(n: number, priority: number): void {
    if (n <= Exception.hardFault || !this.exists(n)) return
    this.#priority[n] = priority & this.priorityMask
    this.#changed()
  }
  /** AIRCR.PRIGROUP: this many + 1 low bits of a priority are the subpriority. */
  get priorityGroup(): number {
    return this.#group
  }
  set priorityGroup(value: number) {
    this.#group = this.baseline ? 0 : value & 7
    this.#changed()
  }
  /** The part of a priority that decides whether one exception interrupts another. */
  groupPriority(priority: number): number {
    return priority < 0 ? priority : priority & ~((2 << this.#group) - 1)
  }

  /** The pending and enabled exception that comes first: priority, then number; 0: none. */
  get best(): number {
    if (this.#best !== undefined) return this.#best
    let best = 0
    for (const n of this.#pendingList) {
      if (this.#enabled[n]) best = best ? this.first(n, best) : n
    }
    this.#best = best
    return best
  }
  /** Which of two exceptions comes first? */
  first(a: number, b: number): number {
    const order = this.priority(a) - this.priority(b) || a - b
    return order <= 0 ? a : b
  }

  /** ExecutionPriority() of the manual: that of the active exceptions, raised by the masks. */
  executionPriority(masks: Masks): number {
    if (this.#activePriority === undefined) {
      let lowest = threadPriority
      for (const n of this.#activeList) lowest = Math.min(lowest, this.groupPriority(this.priority(n)))
      this.#activePriority = lowest
    }
    let result = this.#activePriority
    if (masks.basepri) result = Math.min(result, this.groupPriority(masks.basepri))
    if (masks.primask) result = Math.min(result, 0)
    if (masks.faultmask) result = Math.min(result, -1)
    return result
  }
  /** Would the exception interrupt what runs at this priority? */
  preempts(n: number, executionPriority: number): boolean {
    return this.groupPriority(this.priority(n)) < executionPriority
  }
  /** The exception to enter now; 0: none. */
  takeable(masks: Masks): number {
    const { best } = this
    return best && this.preempts(best, this.executionPriority(masks)) ? best : 0
  }

  /** The handler of the exception begins. */
  enter(n: number): void {
    mark(this.#pending, this.#pendingList, n, false)
    mark(this.#active, this.#activeList, n, true)
    this.#changed()
  }
  /** The handler is done; a line that is still high makes the interrupt pending again. */
  leave(n: number): void {
    mark(this.#active, this.#activeList, n, false)
    if (this.#level[n]) mark(this.#pending, this.#pendingList, n, true)
    this.#changed()
  }
  /** Number of active exceptions. */
  get nesting(): number {
    return this.#activeList.length
  }
}
