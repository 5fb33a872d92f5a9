/** When a run has had its chance to end by itself. No clocks and no processes in here. */
import { type Moment, Patience } from './patience.ts'
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
/** Milliseconds after which a run that waits for its readers has ended by itself. */
const deliveryTime = 15_000

export class Watch {
  readonly #limits: Limits
  readonly #state: Watched
  /** Milliseconds, as all times here; `used` is processor time. */
  #last: Moment
  #phase: number = Phase.loading
  /** When the phase began, and how long the run took. */
  #since: number
  #ran = 0
  #asked: 'asked' | 'timeout' | undefined
  /** Since the run was asked to end, or began to report. */
  #patience = new Patience()
  /** Since the thread last came back to its event loop, or began something else. */
  #stalled = new Patience()
  #beats = 0
  #note = ''

  constructor(limits: Limits, state: Watched, begin: Moment) {
    this.#limits = limits
    this.#state = state
    this.#last = begin
    this.#since = begin.now
  }

  /** Somebody has asked the run to end. */
  ask(why: 'asked' | 'timeout' = 'asked'): void {
    if (this.#asked !== undefined) return
    this.#asked = why
    this.#patience = new Patience()
  }

  /** To be called several times a second; a verdict, once there is one. */
  tick({ now, used }: Moment): Verdict | undefined {
    const passed = [now - this.#last.now, used - this.#last.used] as const
    this.#last = { now, used }
    const { phase, beats, away, note } = this.#state
    if (phase !== this.#phase) this.#enter(phase, now)
    if (beats !== this.#beats || note !== this.#note || away !== Away.not) this.#stalled = new Patience()
    this.#beats = beats
    this.#note = note
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
    if (this.#phase === Phase.delivering) return deliveryTime
    if (this.#phase !== Phase.reporting) return answerTime
    return Math.min(Math.max(this.#ran * reportShare, leastReport), mostReport)
  }

  #late(now: number): Verdict | undefined {
    const { seconds } = this.#limits
    const limit = seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000
    // The time of a run begins with its first instruction. Before, a plugin may take as long; our own work is bounded.
    if (this.#phase === Phase.loading) {
      const late = this.#note !== '' && this.#stalled.over(limit + answerTime)
      return late ? { kind: 'timeout', after: answerTime } : this.#given()
    }
    const since = now - this.#since
    if ((this.#phase === Phase.running ? since : this.#ran + since) >= limit) this.ask('timeout')
    return this.#given()
  }

  /** Asked to end, the run has had its chance. */
  #given(): Verdict | undefined {
    const after = this.#chance
    return this.#asked !== undefined && this.#patience.over(after) ? { kind: this.#asked, after } : undefined
  }

  /** With --timeout the user has said how long things may take. */
  #stuck(): Verdict | undefined {
    const { instructions, seconds } = this.#limits
    if (instructions === undefined || seconds !== undefined) return undefined
    const foreign = this.#phase === Phase.running || this.#note !== ''
    const after = this.#phase === Phase.reporting ? 2 * this.#chance : callbackTime
    return foreign && this.#stalled.over(after) ? { kind: 'stuck', after } : undefined
  }
}
