/** All that the command writes, looked at as one: standard output, standard error, files. */
import type { CommandError } from '../errors.ts'
import { ExitStatus } from '../exit-status.ts'
import type { Host } from './host.ts'

/** Everything that has been written so far gets out; the status of a run of which something could not, if so. */
export function flush(host: Host): number | undefined {
  const { stdout, stderr, files } = host
  stdout.flush()
  files.flush()
  stderr.flush()
  if (failures(host).length > 0) return ExitStatus.refused
  return stdout.gone || stderr.gone ? ExitStatus.brokenPipe : undefined
}

/** What could not be written. */
export const failures = ({ stdout, stderr, files }: Host): CommandError[] => [
  ...[stdout, stderr].flatMap(({ failure }) => failure ?? []),
  ...files.failures,
]
