/** Who hears of traps: plugins, and the watch for CPUs that get nowhere. */
import { Head } from '@guestscope/codegen'
import type { GuestCode } from '../code/guest-code.ts'
import type { Cpu, TrapReturn } from '../cpu.ts'
import { Listens } from '../engine/functions.ts'
import type { Instrumentation } from '../hooks/instrument.ts'
import { join } from '../memory/access.ts'
import type { Target } from '../target.ts'
import type { StopReason } from './stop.ts'
import { describeStorm, type Storm, StormWatch } from './storms.ts'

/** What the reports need of their machine. */
export interface TrapReportsParts {
  readonly target: Target
  readonly cpus: readonly Cpu[]
  readonly code: GuestCode
  /** The run: after its end nothing is reported any more, not even the call that has ended it. */
  readonly run: () => {
    readonly stopReason: StopReason | undefined
    readonly instrumentation: Instrumentation
  }
  readonly notice: (key: string, text: string) => void
}

export class TrapReports {
  readonly storms: StormWatch
  readonly #parts: TrapReportsParts
  /** The watch wants to hear. */
  #watched = false

  constructor(parts: TrapReportsParts) {
    this.#parts = parts
    this.storms = new StormWatch({
      target: parts.target,
      cpus: parts.cpus,
      listen: on => {
        this.#watched = on
        this.update()
      },
      flowAt: cpu => parts.code.flowAt(cpu),
      lasts: storm => parts.notice(`storm ${storm.cpu} ${storm.cause} ${storm.from}`, this.describe(storm)),
    })
  }

  describe(storm: Storm): string {
    return describeStorm(storm, this.#parts.target)
  }

  /** See `Machine.storm`. */
  get storm(): string | undefined {
    const { storm } = this.storms
    return storm && this.describe(storm)
  }

  /** Makes `Head.discon` agree with whether anybody listens. */
  update(): void {
    const { stopReason, instrumentation } = this.#parts.run()
    const hears = instrumentation.discons || this.#watched ? Listens.hears : 0
    const counts = instrumentation.countsDiscons ? Listens.counts : 0
    for (const cpu of this.#parts.cpus)
      cpu.set32(Head.discon, stopReason || cpu.unfinished ? 0 : hears | counts)
  }

  /** A trap has been entered. */
  entered(cpu: Cpu, cause: number, fromLow: number, fromHigh: number): void {
    const { stopReason, instrumentation } = this.#parts.run()
    if (stopReason) return
    if (this.#watched) this.storms.heard(cpu, cause, join(fromLow, fromHigh))
    if (instrumentation.discons) instrumentation.discon(cpu, cause, fromLow, fromHigh)
  }

  /** See `Machine.trapReturned`. */
  returned(cpu: Cpu, from: TrapReturn): void {
    const { stopReason, instrumentation } = this.#parts.run()
    if (stopReason) return
    if (this.#watched) this.storms.returned(cpu)
    cpu.set32(Head.budget, cpu.get32(Head.budget) + 1)
    instrumentation.trapReturn?.(cpu, from)
    cpu.set32(Head.budget, cpu.get32(Head.budget) - 1)
  }
}
