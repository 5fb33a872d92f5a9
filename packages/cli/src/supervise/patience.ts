/** Waiting that takes a busy computer into account. */

/** The most that one look at the clock can count: the computer slept, or the process was stopped. */
const longestTick = 300
/** Shares of the processor: below the first a thread is blocked, from the second on it has what it needs. */
const [blocked, served] = [0.03, 0.7]
/** Where others have the processor, time counts at least so much. */
const slowest = 0.2

/** Time that passes while nothing comes. Where others have the processor it counts less. */
export class Patience {
  #wall = 0
  #used = 0

  /** So much time has gone by, in which the process has had so much of the processor (milliseconds). */
  pass(wall: number, used: number): void {
    this.#wall += Math.min(wall, longestTick)
    this.#used += used
  }
  /** Has it lasted so long? */
  over(limit: number): boolean {
    const share = this.#used / this.#wall
    const counts = share < blocked ? 1 : Math.min(Math.max(share / served, slowest), 1)
    return this.#wall * counts >= limit
  }
}

/** What the process has done so far: milliseconds of time, and of processor time. */
export interface Moment {
  readonly now: number
  readonly used: number
}
export function moment(): Moment {
  const { user, system } = process.cpuUsage()
  return { now: performance.now(), used: (user + system) / 1000 }
}

/** Milliseconds between two looks at the clock. */
export const tick = 100

/** What the promise gives; undefined if it takes longer than the limit. */
export function within<T>(limit: number, promise: Promise<T>): Promise<T | undefined> {
  const patience = new Patience()
  let last = moment()
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      const { now, used } = moment()
      patience.pass(now - last.now, used - last.used)
      last = { now, used }
      if (patience.over(limit)) resolve(undefined)
    }, tick)
    promise.then(resolve, reject).finally(() => clearInterval(timer))
  })
}
