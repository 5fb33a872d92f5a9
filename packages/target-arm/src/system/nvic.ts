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

interface NvicState {
  readonly pending: Uint8Array
  readonly active: Uint8Array
  readonly enabled: Uint8Array
  readonly level: Uint8Array
  readonly priority: Int16Array
  group: number
  /** The exceptions that are pending, and those that are active: few, so that these are quicker to search. */
  readonly pendingList: number[]
  readonly activeList: number[]
  /** What follows from the rest; undefined: to be found again. */
  best: number | undefined
  activePriority: number | undefined
}

function newState(count: number): NvicState {
  const bytes = (): Uint8Array => new Uint8Array(count)
  const state: NvicState = {
    ...{
      pending: bytes(),
      active: bytes(),
      enabled: bytes(),
      level: bytes(),
      priority: new Int16Array(count),
    },
    ...{ group: 0, pendingList: [], activeList: [], best: undefined, activePriority: undefined },
  }
  state.priority.set(fixedPriorities)
  for (let n = 1; n < Exception.external; n++) state.enabled[n] = switchable.includes(n as 4) ? 0 : 1
  return state
}

export class Nvic {
  /** Number of exceptions: 16 and the external interrupts. */
  readonly count: number
  readonly baseline: boolean
  /** Bits of a priority register that exist. */
  readonly priorityMask: number
  state: NvicState
  readonly #exists: Uint8Array

  constructor(options: NvicOptions) {
    this.count = Exception.external + options.interrupts
    this.baseline = options.baseline
    this.priorityMask = (0xff << (8 - options.priorityBits)) & 0xff
    this.state = newState(this.count)
    this.#exists = new Uint8Array(this.count)
    for (const n of options.baseline ? baselineExceptions : mainlineExceptions) this.#exists[n] = 1
    this.#exists.fill(1, Exception.external)
  }

  reset(): void {
    this.state = newState(this.count)
  }

  #changed(): void {
    this.state.best = undefined
    this.state.activePriority = undefined
  }

  exists(n: number): boolean {
    return this.#exists[n] === 1
  }
  isPending(n: number): boolean {
    return this.state.pending[n] === 1
  }
  isActive(n: number): boolean {
    return this.state.active[n] === 1
  }
  isEnabled(n: number): boolean {
    return this.state.enabled[n] === 1
  }
  /** The level of an external interrupt's line. */
  isHigh(n: number): boolean {
    return this.state.level[n] === 1
  }

  setPending(n: number, on = true): void {
    if (!this.exists(n)) return
    // A line that is high makes its interrupt pending again at once, unless it is being served.
    const held = !on && this.state.level[n] === 1 && this.state.active[n] === 0
    mark(this.state.pending, this.state.pendingList, n, on || held)
    this.#changed()
  }
  setEnabled(n: number, on: boolean): void {
    if (!this.exists(n)) return
    this.state.enabled[n] = on ? 1 : 0
    this.#changed()
  }
  /** For software that writes SHCSR; entry and return use `enter` and `leave`. */
  setActive(n: number, on: boolean): void {
    if (!this.exists(n)) return
    mark(this.state.active, this.state.activeList, n, on)
    this.#changed()
  }
  /** A device drives its line. Pulses are remembered. */
  setLine(n: number, high: boolean): void {
    if (n >= this.count) return
    this.state.level[n] = high ? 1 : 0
    if (high && !this.state.pending[n]) this.setPending(n)
  }

  priority(n: number): number {
    return this.state.priority[n] ?? 0
  }
  /** Has no effect on exceptions whose priority is fixed. */
  setPriority(n: number, priority: number): void {
    if (n <= Exception.hardFault || !this.exists(n)) return
    this.state.priority[n] = priority & this.priorityMask
    this.#changed()
  }
  /** AIRCR.PRIGROUP: this many + 1 low bits of a priority are the subpriority. */
  get priorityGroup(): number {
    return this.state.group
  }
  set priorityGroup(value: number) {
    this.state.group = this.baseline ? 0 : value & 7
    this.#changed()
  }
  /** The part of a priority that decides whether one exception interrupts another. */
  groupPriority(priority: number): number {
    return priority < 0 ? priority : priority & ~((2 << this.state.group) - 1)
  }

  /** The pending and enabled exception that comes first: priority, then number; 0: none. */
  get best(): number {
    if (this.state.best !== undefined) return this.state.best
    let best = 0
    for (const n of this.state.pendingList) {
      if (this.state.enabled[n]) best = best ? this.first(n, best) : n
    }
    this.state.best = best
    return best
  }
  /** Which of two exceptions comes first? */
  first(a: number, b: number): number {
    const order = this.priority(a) - this.priority(b) || a - b
    return order <= 0 ? a : b
  }

  /** ExecutionPriority() of the manual: that of the active exceptions, raised by the masks. */
  executionPriority(masks: Masks): number {
    if (this.state.activePriority === undefined) {
      let lowest = threadPriority
      for (const n of this.state.activeList) lowest = Math.min(lowest, this.groupPriority(this.priority(n)))
      this.state.activePriority = lowest
    }
    let result = this.state.activePriority
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
    mark(this.state.pending, this.state.pendingList, n, false)
    mark(this.state.active, this.state.activeList, n, true)
    this.#changed()
  }
  /** The handler is done; a line that is still high makes the interrupt pending again. */
  leave(n: number): void {
    mark(this.state.active, this.state.activeList, n, false)
    if (this.state.level[n]) mark(this.state.pending, this.state.pendingList, n, true)
    this.#changed()
  }
  /** Number of active exceptions. */
  get nesting(): number {
    return this.state.activeList.length
  }
}
