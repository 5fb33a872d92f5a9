/** The time of the computer that a machine runs on, and turns for whatever else it has to do. `@guestscope/machine/clock`. */

/** Time and turns, as a run needs them. */
export interface HostClock {
  /** Milliseconds since some moment. */
  now(): number
  /** Lets timers, input and events have their turn. */
  breathe(): Promise<void>
  /** Resolves after so many milliseconds (Infinity: never), or when the signal aborts. */
  sleep(milliseconds: number, wake: AbortSignal): Promise<void>
}

/** Node's, which comes back sooner than timers do. */
const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void }

/** Longer than a timer can be: the caller looks at the clock itself. */
const longest = 2 ** 31 - 1

/** The clock of Node, of a page or of a worker. */
export const platformClock: HostClock = {
  now: () => performance.now(),
  breathe: () =>
    new Promise(resolve => {
      if (setImmediate !== undefined) return setImmediate(resolve)
      // Timers of browsers take four milliseconds; messages do not.
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(undefined)
    }),
  sleep: (milliseconds, wake) =>
    new Promise(resolve => {
      if (wake.aborted) return resolve()
      const done = (): void => {
        clearTimeout(timer)
        wake.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(milliseconds, longest))
      wake.addEventListener('abort', done)
    }),
}
