/** Output on its way to readers that take their time. */
import type { CommandError } from '../errors.ts'
import { flush } from './flush.ts'
import type { Host } from './host.ts'

/** Milliseconds in which a reader has to take something if time presses, and in which it has to take everything. */
const [patience, most] = [1000, 10_000]
/** Milliseconds between two looks, in which signals and input have their turn. */
const glance = 2

/** Bytes that were flushed and that readers have not taken yet; they are kept, and the next flush tries again. */
export const backlog = ({ stdout, stderr, files }: Host): number =>
  [stdout, stderr, files].reduce((sum, { backlog = 0 }) => sum + backlog, 0)

/**
 * Waits until readers have taken everything, however slow they are. When `presses` (somebody wants the end, or the time is
 * over) readers that take nothing are not waited for: gives what is lost then, one error for each.
 */
export async function deliver(host: Host, presses: () => boolean): Promise<CommandError[]> {
  const { clock, stdout, stderr, files } = host
  const never = new AbortController().signal
  let begin = clock.now()
  let moved = begin
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    flush(host)
    const left = backlog(host)
    if (left === 0) return []
    const now = clock.now()
    if (!presses()) begin = now
    if (!presses() || left < before) moved = now
    if (now - moved >= patience || now - begin >= most)
      return [stdout, stderr, files].flatMap(output => output.giveUp?.() ?? [])
    before = left
    await clock.sleep(glance, never)
  }
}
