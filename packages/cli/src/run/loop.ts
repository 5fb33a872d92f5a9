/** The run loop: slices of work, and between them a turn for timers, input and signals. */
import type { Machine, StopReason } from '@guestscope/core'
import { ExitStatus } from '../exit-status.ts'
import { backlog, glance } from '../host/deliver.ts'
import { flush } from '../host/flush.ts'
import type { Host } from '../host/host.ts'
import { Pace } from './pace.ts'
import type { Progress } from './progress.ts'
import type { Serial } from './serial.ts'

export interface Limits {
  /** Instructions of all CPUs together. */
  readonly instructions: number | undefined
  readonly seconds: number | undefined
}

/** Something from outside that ends a wait: input, a signal. */
export class Wake {
  #controller = new AbortController()
  readonly call = (): void => this.#controller.abort()

  /** Aborted at the next call, or already if there has been one since the last. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }
  reset(): void {
    if (this.#controller.signal.aborted) this.#controller = new AbortController()
  }
}

/** Runs until something stops the machine, by `engine` (the machine or what stands before it); gives the reason. */
export async function runLoop(
  host: Host,
  machine: Machine,
  engine: Pick<Machine, 'run'>,
  serial: Serial,
  wake: Wake,
  limits: Limits,
  progress: Progress,
): Promise<StopReason> {
  const { clock } = host
  const pace = new Pace()
  const start = clock.now()
  const deadline = start + (limits.seconds ?? Number.POSITIVE_INFINITY) * 1000
  serial.feed(machine)
  for (;;) {
    const left = (limits.instructions ?? Number.POSITIVE_INFINITY) - machine.spent
    const slice = Math.min(pace.slice, left)
    const before = clock.now()
    // A guest does not run away from those who read what it writes.
    const state = backlog(host) > 0 ? 'behind' : engine.run(slice)
    const now = clock.now()
    const lost = flush(host)
    if (lost !== undefined) machine.stop({ kind: 'exit', status: lost })
    else if (machine.spent >= (limits.instructions ?? Number.POSITIVE_INFINITY))
      machine.stop(limit(`${limits.instructions} instructions (--max-instructions)`, machine))
    else if (now >= deadline) machine.stop(limit(`${limits.seconds} s (--timeout)`, machine))
    else if (state === 'idle' && !serial.mayWake(machine)) machine.stop(asleep)
    if (machine.stopReason !== undefined) return machine.stopReason

    serial.listen(machine)
    if (state === 'idle') {
      progress.erase()
      await clock.sleep(deadline - now, wake.signal)
    } else if (state === 'behind') await clock.sleep(glance, wake.signal)
    else {
      const due = pace.worked(slice, now - before, now)
      progress.update(machine.executed)
      if (due) await clock.breathe()
    }
    wake.reset()
  }
}

const asleep: StopReason = {
  kind: 'exit',
  status: ExitStatus.failed,
  message:
    'Every CPU waits for an interrupt that cannot come: no timer is set, and there is no more input. ' +
    'Let the program end the run (test finisher, or --semihosting), or set a timer before it waits.',
}

function limit(what: string, machine: Machine): StopReason {
  const charged = Math.round(machine.spent - machine.executed)
  const besides = charged > 0 ? ` and host work for it that counts as ${charged} more` : ''
  const reached = `The limit of ${what} was reached after ${machine.executed} instructions${besides}.`
  const message = machine.storm === undefined ? reached : `${reached} ${machine.storm}`
  return { kind: 'exit', status: ExitStatus.limit, message }
}
