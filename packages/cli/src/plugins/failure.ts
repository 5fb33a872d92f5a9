import type { StopReason } from '@guestscope/core'
import { messageOf } from '../errors.ts'

/** A plugin threw: which, where, what, and what to do, in one paragraph. */
export function describePluginFailure(reason: StopReason & { readonly kind: 'plugin-error' }): string {
  const { plugin, callback, error } = reason
  const place = placeOf(error)
  const what = messageOf(error).replace(/[.!?]?$/, '.')
  const where = place === undefined ? '' : ` (at ${place})`
  return (
    `Plugin ${plugin} threw an error in ${callback}: ${what}${where} ` +
    'The run was ended there; mend the plugin, or leave it out.'
  )
}

/** The first line of the stack that is not ours. */
function placeOf(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const line of stack.split('\n')) {
    const place = /(?:file:\/\/)?(\/[^()]+:\d+:\d+|[A-Za-z]:\\[^()]+:\d+:\d+)\)?$/.exec(line)?.[1]
    if (place !== undefined && !/[/\\](core|codegen)[/\\](src|dist)[/\\]/.test(place)) return place
  }
  return undefined
}
