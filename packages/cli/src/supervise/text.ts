/** What the user is told of a run that had to be ended. */
import type { ForeignRun } from './foreign.ts'
import { Away } from './shared.ts'
import type { Verdict } from './watch.ts'
import type { Place } from './where.ts'

/** What is known of it. */
export interface Stuck {
  readonly verdict: Verdict
  readonly asked: { readonly name: string } | undefined
  readonly run: ForeignRun
  readonly note: string
  /** One of `Away`. */
  readonly away: number
  readonly place: Place | undefined
}

/** One paragraph: why it was ended, what did not return, what to do. */
export function stuckText(stuck: Stuck): string {
  const { verdict, asked, run } = stuck
  const after = `${verdict.after / 1000} s`
  switch (verdict.kind) {
    case 'asked':
      if (verdict.after === 0) return `Ended by ${asked?.name} at once${stuck.note && `: ${stuck.note}`}.`
      return `Ended by ${asked?.name}, and what plugins had still to report is lost: ${culprit(stuck)} within ${after}.`
    case 'timeout':
      return `The limit of ${run.limits.seconds} s (--timeout) was reached, and what plugins had still to report is lost: ${culprit(stuck)} within ${after} more.`
    case 'stuck':
      return (
        `The limit of ${run.limits.instructions} instructions (--max-instructions) cannot be reached: ` +
        `${culprit(stuck)} for ${after}. Mend the plugin, or say with --timeout how long the run may take.`
      )
  }
}

function culprit({ note, away, place, run: { plugins } }: Stuck): string {
  if (away === Away.writing) return 'nobody reads the output'
  const at = place === undefined ? '' : ` (${place.at})`
  if (note !== '') return `${note}${at}`
  const plugin = plugins.length === 1 ? `plugin ${plugins[0]}` : 'a plugin'
  return `${plugin} did not return${place?.callback === undefined ? '' : ` from ${place.callback}`}${at}`
}
