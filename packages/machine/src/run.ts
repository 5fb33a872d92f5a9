/** A run: slices of work, and between them a turn for timers, input and events of the host. */
import type { Machine, Profile, RunState, StopReason } from '@guestscope/core'
import { type HostClock, platformClock } from './clock.ts'
import { UsageError } from './errors.ts'
import { Pace } from './pace.ts'
import { TextWatch } from './text-watch.ts'
import type { Wake } from './wake.ts'

/** How far to run; all of it may be absent. */
export interface RunOptions {
  /** At most so many instructions of all CPUs together, host work for the guest included; from 0. */
  readonly limit?: number | undefined
  /** At most so many seconds of the host's time; what is under way is finished first, which takes some milliseconds. */
  readonly timeout?: number | undefined
  /** Ends the run when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** Ends the run when the guest has printed this text, in this run, on its serial port or by semihosting calls. */
  readonly until?: string | undefined
  /** Takes samples. */
  readonly profile?: Profile | undefined
  readonly host?: RunHost | undefined
}

/** What a host does besides while a machine runs. */
export interface RunHost {
  /** Absent: the platform's. */
  readonly clock?: HostClock
  /** Readers of what the guest prints have fallen behind: it waits for them. */
  behind?(): boolean
  /** A slice is over; whether the run is, is asked next. */
  sliced?(): void
  /** The run goes on, and others have their turn now; what the machine waits for, if it does. */
  pausing?(waits: 'input' | 'reader' | undefined): void
  /** The run is over; if for good, plugins report next. `GuestMachine.stop` may still make it so. */
  ended?(end: RunEnd): void
}

/** A run that is over while the machine could go on: another `run` does. */
export interface Pause {
  /**
   * `limit`, `timeout`, `aborted`, `text`: what the options of the run asked for. `asleep`: every CPU waits for an interrupt
   * that cannot come, but for input.
   */
  readonly kind: 'limit' | 'timeout' | 'aborted' | 'text' | 'asleep'
  /** In one or two sentences. */
  readonly message: string
}

/** How a run ended: for good, or for now. */
export type RunEnd = StopReason | Pause

/** What a run is made of. */
interface RunParts {
  readonly machine: Machine
  readonly wake: Wake
  /** Hears all that the guest prints. */
  readonly printed: Set<(bytes: Uint8Array) => void>
  /** Input may come on which a CPU waits. */
  readonly mayWake: () => boolean
}

/** Milliseconds between two looks at readers that have fallen behind. */
const glance = 2

export async function runLoop(parts: RunParts, options: RunOptions): Promise<RunEnd> {
  const { machine, printed } = parts
  const { until, signal } = options
  checkRange('limit', options.limit)
  checkRange('timeout', options.timeout)
  const watch = until === undefined ? undefined : new TextWatch(until)
  const look = (bytes: Uint8Array): void => {
    if (watch?.push(bytes)) machine.yield()
  }
  const { wake } = parts
  printed.add(look)
  signal?.addEventListener('abort', wake.call)
  try {
    return await slices(parts, options, () => watch?.found === true)
  } finally {
    printed.delete(look)
    signal?.removeEventListener('abort', wake.call)
  }
}

function checkRange(option: 'limit' | 'timeout', value = 0): void {
  if (value >= 0) return
  throw new UsageError('usage/run', `A run cannot have \`${option}\` ${value}.`, 'Give a number from 0.')
}

async function slices(
  { machine, wake, mayWake }: RunParts,
  { limit = Number.POSITIVE_INFINITY, timeout, signal, profile, until = '', host = {} }: RunOptions,
  found: () => boolean,
): Promise<RunEnd> {
  const clock = host.clock ?? platformClock
  const engine = profile ?? machine
  const pace = new Pace()
  const [executed, spent] = [machine.executed, machine.spent]
  const deadline = clock.now() + (timeout ?? Number.POSITIVE_INFINITY) * 1000
  for (;;) {
    const slice = Math.min(pace.slice, limit - (machine.spent - spent))
    const before = clock.now()
    // A guest does not run away from those who read what it prints.
    const state: RunState | 'behind' = host.behind?.() === true ? 'behind' : engine.run(slice)
    const now = clock.now()
    host.sliced?.()
    if (machine.stopReason !== undefined) return machine.stopReason
    if (found()) return { kind: 'text', message: `The guest has printed '${until}'.` }
    if (machine.spent - spent >= limit)
      return reached('limit', `${limit} instructions (\`limit\`)`, machine, executed, spent)
    if (now >= deadline) return reached('timeout', `${timeout} s (\`timeout\`)`, machine, executed, spent)
    if (signal?.aborted === true) return { kind: 'aborted', message: 'The run was ended from outside.' }
    if (state === 'idle' && !mayWake()) return asleep

    host.pausing?.(state === 'idle' ? 'input' : state === 'behind' ? 'reader' : undefined)
    if (state === 'idle') await clock.sleep(deadline - now, wake.signal)
    else if (state === 'behind') await clock.sleep(glance, wake.signal)
    else if (pace.worked(slice, now - before, now)) await clock.breathe()
    wake.reset()
  }
}

const asleep: Pause = {
  kind: 'asleep',
  message:
    'Every CPU waits for an interrupt that cannot come: no timer is set, and there is no more input. ' +
    'Let the program end the run (test finisher, or `semihosting`), or set a timer before it waits.',
}

function reached(
  kind: 'limit' | 'timeout',
  what: string,
  machine: Machine,
  executedBefore: number,
  spentBefore: number,
): Pause {
  const executed = machine.executed - executedBefore
  const charged = Math.round(machine.spent - spentBefore - executed)
  const besides = charged > 0 ? ` and host work for it that counts as ${charged} more` : ''
  const message = `The limit of ${what} was reached after ${executed} instructions${besides}.`
  return { kind, message: machine.storm === undefined ? message : `${message} ${machine.storm}` }
}
