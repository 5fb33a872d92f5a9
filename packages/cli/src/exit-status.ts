/**
 * Exit statuses of the command. A guest that ends its run itself gives its own; so those of the command are ones that
 * guests rarely use: 124 and 125 as `timeout` and `env` have them, from 128 on a shell's for signals.
 */
export const ExitStatus = {
  failed: 1,
  fault: 70,
  limit: 124,
  refused: 125,
  hangUp: 129,
  interrupted: 130,
  brokenPipe: 141,
  quit: 131,
  terminated: 143,
} as const

/** What each means, for the help. */
export const statusMeanings: readonly (readonly [string, string])[] = [
  ['0 … 255', "the guest's own exit code (test finisher, semihosting), or a plugin's"],
  ['0', 'the text of --expect-text was seen, or the user left with Ctrl-A x'],
  [`${ExitStatus.failed}`, 'failed: text not seen, or guest asleep for ever'],
  [`${ExitStatus.fault}`, 'a plugin threw an error, or Guestscope itself has a fault'],
  [`${ExitStatus.limit}`, '--timeout or --max-instructions ended the run'],
  [
    `${ExitStatus.refused}`,
    'the command itself failed: wrong arguments, a bad image or a plugin that is refused (then nothing was run), ' +
      'or a file or stream that cannot be read or written',
  ],
  [
    [ExitStatus.hangUp, ExitStatus.interrupted, ExitStatus.quit, ExitStatus.terminated].join(', '),
    'ended by SIGHUP, SIGINT (Ctrl-C), SIGQUIT, SIGTERM; plugins report first',
  ],
  [`${ExitStatus.brokenPipe}`, 'nobody reads standard output or standard error any more'],
]
