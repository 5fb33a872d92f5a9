/** `guestscope run`: builds the machine, runs it, tells how it ended. */
import { basename } from 'node:path'
import { Profile, type StopReason, stopMessage, stopStatus } from '@guestscope/core'
import { createMachine, type GuestMachine, type RunEnd, runStatistics } from '@guestscope/machine'
import type { CommandAction } from '../args/spec.ts'
import { ExitStatus } from '../exit-status.ts'
import { backlog, deliver } from '../host/deliver.ts'
import { flush } from '../host/flush.ts'
import type { Host } from '../host/host.ts'
import { inOptions, translated } from '../option-names.ts'
import { pluginFailure } from '../plugins/failure.ts'
import { loadPlugins, RunPlugins } from '../plugins/install.ts'
import { note, problem, reportError, reportStray } from '../report.ts'
import { readContents } from '../run/files.ts'
import { Progress } from '../run/progress.ts'
import { Serial } from '../run/serial.ts'
import { hotText, statisticsText } from '../run/statistics.ts'
import type { RunOptions } from './options.ts'

/** Bytes that a guest may write into files of the host, unless told otherwise. */
const defaultLimit = 2 ** 30

export const run: CommandAction<RunOptions> = async (host, options, [path]) => {
  const expected = options['expect-text']
  let machine: GuestMachine | undefined
  let found = false
  // Somebody has asked for the end.
  let presses = false
  const semihosting =
    options.semihosting ||
    options['semihosting-dir'] !== undefined ||
    options['semihosting-args'] !== undefined
  const { serial: choice = 'stdio', quiet } = options
  const serial = new Serial(
    host,
    { choice, expected, semihosting, quiet },
    {
      found: () => {
        found = true
        machine?.stop()
      },
      leave: () => {
        presses = true
        machine?.stop()
      },
    },
  )
  const runPlugins = new RunPlugins(host, options)
  machine = await buildMachine(host, path, options, semihosting, serial, runPlugins)
  const plugins = await loadPlugins(options.plugin, host)
  serial.connect()
  runPlugins.install(machine, plugins)
  const json =
    options['stats-json'] === undefined ? undefined : host.files.create(options['stats-json'], '--stats-json')

  let asked = false
  const unlisten = host.signals.listen((status, name) => {
    // Asked twice: whatever the plugins have still to say, end now.
    if (asked) process.exit(status)
    asked = presses = true
    machine.stop(status, `Ended by ${name}.`)
  })
  // Of a plugin, it counts as an error of the plugin; else the run ends, and the plugins still report.
  let fault: number | undefined
  const unlistenStrays = host.strays.listen(error => {
    if (runPlugins.stray(machine, error)) return machine.wake()
    fault = reportStray(host.stderr, error)
    machine.stop(fault)
  })
  const watched = options.stats || options.hot !== undefined || json !== undefined
  const profile = watched ? new Profile(machine.core) : undefined
  const begin = host.clock.now()
  let end = begin
  const progress = new Progress(host.stderr, [host.stdout, host.stderr], host.clock)
  const close = (): void => {
    progress.erase()
    serial.close()
    unlisten()
  }
  serial.feed(machine)
  try {
    await machine.run({
      limit: options['max-instructions'],
      timeout: options.timeout,
      profile,
      host: {
        clock: host.clock,
        behind: () => backlog(host) > 0,
        sliced: () => {
          const lost = flush(host)
          if (lost !== undefined) machine.stop(lost)
        },
        pausing: waits => {
          serial.listen(machine)
          if (waits === 'input') progress.erase()
          else if (waits === undefined) progress.update(machine.core.executed)
        },
        ended: reason => {
          close()
          // The run was ended in the middle of a line, perhaps.
          if (found && host.stdout.midLine) host.stdout.write('\n')
          if (host.stdout.isTerminal && host.stderr.isTerminal && host.stdout.midLine) host.stderr.write('\n')
          end = host.clock.now()
          endForGood(machine, reason)
        },
      },
    })
  } finally {
    close()
  }
  // What went wrong in a promise of onExit comes out now.
  if (plugins.length > 0) await host.clock.breathe()
  unlistenStrays()
  if (profile !== undefined) {
    const symbols = (): GuestMachine['symbols'] => machine.symbols
    const figures = runStatistics(machine.core, { begin, end }, profile, options.hot ?? 0, symbols)
    if (options.stats) host.stderr.write(statisticsText(figures))
    if (options.hot !== undefined) host.stderr.write(hotText(figures))
    json?.write(`${JSON.stringify(figures, undefined, 2)}\n`)
  }
  flush(host)
  const status = conclude(
    host,
    machine.stopReason as StopReason,
    expected !== undefined && !found ? expected : undefined,
  )
  const deadline = begin + (options.timeout ?? Number.POSITIVE_INFINITY) * 1000
  const lost = await handOver(host, () => presses || host.clock.now() >= deadline)
  if (lost && !presses) return ExitStatus.limit
  return status === 0 && fault !== undefined ? fault : status
}

/** Waits for the readers of all that has been written; true: not everything got out, and the user is told so. */
async function handOver(host: Host, presses: () => boolean): Promise<boolean> {
  host.delivering?.()
  const lost = await deliver(host, presses)
  for (const error of lost) reportError(host.stderr, error)
  // These lines, too.
  if (lost.length > 0) await deliver(host, presses)
  return lost.length > 0
}

async function buildMachine(
  host: Host,
  path: string | undefined,
  options: RunOptions,
  semihosting: boolean,
  serial: Serial,
  plugins: RunPlugins,
): Promise<GuestMachine> {
  const contents = readContents(host, path, options)
  const folder = options['semihosting-dir']
  const limit = options['semihosting-limit'] ?? defaultLimit
  const files = folder === undefined ? undefined : await host.files.folder(folder, limit)
  const program = path ?? options.kernel ?? options.bios ?? ''
  return translated(() =>
    createMachine({
      ...contents,
      target: options.target,
      board: options.board,
      cpu: options.cpu,
      memory: options.memory,
      cpus: options.smp,
      rate: options.rate,
      startTime: options.date,
      tier: options.tier,
      console: {
        write: bytes => serial.write(bytes),
        input: (options.serial ?? 'stdio') === 'stdio',
        interactive: serial.open,
      },
      semihosting: semihosting && {
        write: bytes => serial.print(bytes),
        commandLine: options['semihosting-args'] ?? basename(program),
        ...(files !== undefined && { files }),
      },
      pluginIo: plugins.io,
      ...(!options.quiet && { notice: (text: string) => note(host.stderr, inOptions(text)) }),
    }),
  )
}

const pauses: Partial<Record<RunEnd['kind'], number>> = {
  asleep: ExitStatus.failed,
  limit: ExitStatus.limit,
  timeout: ExitStatus.limit,
}

/** The command has no use for a machine that could go on. */
function endForGood(machine: GuestMachine, end: RunEnd): void {
  const status = pauses[end.kind]
  if (status !== undefined && 'message' in end) machine.stop(status, inOptions(end.message ?? ''))
}

/** Tells the user why the run ended, where the status alone does not say it. */
function conclude(host: Host, reason: StopReason, missing: string | undefined): number {
  if (reason.kind === 'plugin-error') {
    const failure = pluginFailure(reason.plugin, reason.callback, reason.error)
    const status = reportError(host.stderr, failure)
    return failure.code === 'plugin/threw' ? stopStatus(reason) : status
  }
  const message = stopMessage(reason)
  if (message !== undefined) problem(host.stderr, message)
  const status = stopStatus(reason) || (reason.status === 0 ? 0 : ExitStatus.failed)
  if (missing === undefined || reason.kind === 'plugin') return status
  problem(
    host.stderr,
    `The run ended${message === undefined ? ` with status ${status}` : ''} before the guest had printed '${missing}'.`,
    'run/text-missing',
  )
  return status >= 128 ? status : ExitStatus.failed
}
