/** When a run has had its chance to end by itself. No clocks and no processes in here. */
import { Away, Phase, type SharedState } from './shared.ts'

/** The limits that the user set. */
export interface Limits {
  readonly instructions: number | undefined
  readonly seconds: number | undefined
}

/**
 * Why a run is not waited for any longer: somebody asked it to end (`asked`), or its time was over, so many
 * milliseconds ago; or it has not moved for so long and cannot get to its limit of instructions (`stuck`).
 */
export interface Verdict {
  readonly kind: 'asked' | 'timeout' | 'stuck'
  readonly after: number
}

/** What the watch looks at. */
export type Watched = Pick<SharedState, 'phase' | 'beats' | 'away' | 'note'>

/** Milliseconds that a run has to end after it was asked; and that a callback has on the way to --max-instructions. */
const [answerTime, callbackTime] = [1000, 2000]
/** Plugins may report for this part of the time that the run took, within these bounds (milliseconds). */
const [reportShare, leastReport, mostReport] = [0.1, 1000, 10_000]
/** The most that one look at the clock can count: the computer slept, or the process was stopped. */
const longestTick = 300

/** Shares of the processor: below the first a thread is blocked, from the second on it has what it needs. */
const [blocked, served] = [0.05, 0.7]
/** On a busy computer time counts at least so much. */
const slowest = 0.25

/** Time that passes while nothing comes. Where others have the processor it counts less. */
class Patience {
  #passed = 0

  /** So much time has gone by, in which the process has had so much of the processor (milliseconds). */
  pass(wall: number, used: number): void {
    const share = used / wall
    const counts = share < blocked ? 1 : Math.min(Math.max(share / served, slowest), 1)
    this.#passed += Math.min(wall, longestTick) * counts
  }
  /** Has it lasted so long? */
  over(limit: number): boolean {
    return this.#passed >= limit
  }
}

export class Watch {
  readonly #limits: Limits
  readonly #state: Watched
  /** Milliseconds, as all times here; `used` is processor time. */
  #last: { readonly now: number; readonly used: number }
  #phase: number = Phase.loading
  /** When the phase began, and how long the run took. */
  #since: number
  #ran = 0
  #asked: 'asked' | 'timeout' | undefined
  /** Since the run was asked to end, or began to report. */
  #patience = new Patience()
  /** Since the thread last came back to its event loop, or began to do something else. */
  #stalled = new Patience()
  #beats = 0

  constructor(limits: Limits, state: Watched, now: number, used: number) {
    this.#limits = limits
    this.#state = state
    this.#last = { now, used }
    this.#since = now
  }

  /** Somebody has asked the run to end. */
  ask(why: 'asked' | 'timeout' = 'asked'): void {
    if (this.#asked !== undefined) return
    this.#asked = why
    this.#patience = new Patience()
  }

  /** To be called several times a second; a verdict, once there is one. */
  tick(now: number, used: number): Verdict | undefined {
    const passed = [now - this.#last.now, used - this.#last.used] as const
    this.#last = { now, used }
    const { phase, beats, away } = this.#state
    if (phase !== this.#phase) this.#enter(phase, now)
    if (beats !== this.#beats || away !== Away.not) this.#stalled = new Patience()
    this.#beats = beats
    this.#patience.pass(...passed)
    this.#stalled.pass(...passed)
    return this.#late(now) ?? this.#stuck()
  }

  #enter(phase: number, now: number): void {
    if (this.#phase === Phase.running) this.#ran += now - this.#since
    this.#phase = phase
    this.#since = now
    this.#patience = new Patience()
    this.#stalled = new Patience()
  }

  /** The time for the answer; reports take the longer the more there was to see. */
  get #chance(): number {
    if (this.#phase !== Phase.reporting) return answerTime
    return Math.min(Math.max(this.#ran * reportShare, leastReport), mostReport)
  }

  #late(now: number): Verdict | undefined {
    const { seconds } = this.#limits
    const limit = seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000
    // The time of the run itself begins with its first instruction; loading has as much.
    const spent = this.#phase === Phase.reporting ? this.#ran + now - this.#since : now - this.#since
    if (spent >= limit) this.ask('timeout')
    const after = this.#chance
    return this.#asked !== undefined && this.#patience.over(after) ? { kind: this.#asked, after } : undefined
  }

  /** With --timeout the user has said how long things may take. */
  #stuck(): Verdict | undefined {
    const { instructions, seconds } = this.#limits
    if (instructions === undefined || seconds !== undefined) return undefined
    const foreign = this.#phase === Phase.running || this.#state.note !== ''
    const after = this.#phase === Phase.reporting ? 2 * this.#chance : callbackTime
    return foreign && this.#stalled.over(after) ? { kind: 'stuck', after } : undefined
  }
}
