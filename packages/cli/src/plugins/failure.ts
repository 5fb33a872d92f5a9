import { messageOf } from '../errors.ts'

/** A plugin threw: which, where and what, in one sentence. */
export function describeFailure(plugin: string, callback: string, error: unknown): string {
  const place = placeOf(error)
  const where = place === undefined ? '' : ` at ${place}`
  return `Plugin ${plugin} threw an error in ${callback}${where}: ${messageOf(error).replace(/[.!?]?$/, '.')}`
}

/** What to do about it. */
export const failureHint = 'Mend the plugin, or leave it out.'

/** The first line of the stack that is not ours. */
function placeOf(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const line of stack.split('\n')) {
    const place = /(?:file:\/\/)?(\/[^()]+:\d+:\d+|[A-Za-z]:\\[^()]+:\d+:\d+)\)?$/.exec(line)?.[1]
    if (place !== undefined && !/[/\\](core|codegen)[/\\](src|dist)[/\\]/.test(place)) return place
  }
  return undefined
}
