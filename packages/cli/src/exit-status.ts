/** Exit statuses of the command. A guest that ends its run itself gives its own. */
export const ExitStatus = {
  failed: 1,
  usage: 2,
  fault: 70,
  limit: 124,
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
  [`${ExitStatus.failed}`, 'failed: text not seen, guest asleep for ever, or a file cannot be written'],
  [`${ExitStatus.usage}`, 'nothing was run: wrong arguments, a bad image, or a plugin that is refused'],
  [`${ExitStatus.fault}`, 'a plugin threw an error, or Guestscope itself has a fault'],
  [`${ExitStatus.limit}`, '--timeout or --max-instructions ended the run'],
  [
    [ExitStatus.hangUp, ExitStatus.interrupted, ExitStatus.quit, ExitStatus.terminated].join(', '),
    'ended by SIGHUP, SIGINT (Ctrl-C), SIGQUIT, SIGTERM; plugins report first',
  ],
  [`${ExitStatus.brokenPipe}`, 'nobody reads standard output any more'],
]
