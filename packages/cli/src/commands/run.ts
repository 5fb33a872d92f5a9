/** `guestscope run`: builds the machine, runs it, tells how it ended. */
import { basename } from 'node:path'
import { type GuestFiles, Machine, Profile, type StopReason, stopMessage, stopStatus } from '@guestscope/core'
import type { CommandAction } from '../args/spec.ts'
import { CommandError, messageOf } from '../errors.ts'
import { ExitStatus } from '../exit-status.ts'
import { deliver } from '../host/deliver.ts'
import { flush } from '../host/flush.ts'
import type { Host } from '../host/host.ts'
import { pluginFailure } from '../plugins/failure.ts'
import { installPlugins, loadPlugins } from '../plugins/install.ts'
import { note, problem, reportError, reportStray } from '../report.ts'
import { naming } from '../run/image.ts'
import { runLoop, Wake } from '../run/loop.ts'
import { Progress } from '../run/progress.ts'
import { Serial } from '../run/serial.ts'
import { openStart, type Start } from '../run/start.ts'
import { hotText, runStatistics, statisticsText } from '../run/statistics.ts'
import { SymbolTable } from '../run/symbols.ts'
import type { RunOptions } from './options.ts'

/** Bytes that a guest may write into files of the host, unless told otherwise. */
const defaultLimit = 2 ** 30

export const run: CommandAction<RunOptions> = async (host, options, [path]) => {
  const start = await openStart(host, path, options)
  const folder = options['semihosting-dir']
  const limit = options['semihosting-limit'] ?? defaultLimit
  const files = folder === undefined ? undefined : await host.files.folder(folder, limit)
  const semihosting = options.semihosting || files !== undefined || options['semihosting-args'] !== undefined
  const plugins = await loadPlugins(options.plugin, host)
  const wake = new Wake()
  let machine: Machine | undefined
  const stop = (status: number, message?: string): void => {
    machine?.stop({ kind: 'exit', status, ...(message !== undefined && { message }) })
    wake.call()
  }
  const expected = options['expect-text']
  let found = false
  // Somebody has asked for the end.
  let presses = false
  const { serial: choice = 'stdio', quiet } = options
  const serial = new Serial(
    host,
    { choice, expected, semihosting, quiet },
    {
      found: () => {
        found = true
        stop(0)
      },
      leave: () => {
        presses = true
        stop(0)
      },
      changed: wake.call,
    },
  )
  machine = naming(start.path, () => buildMachine(host, start, options, semihosting, serial, files))
  let symbols: SymbolTable | undefined
  const symbolsOf = (): SymbolTable => {
    symbols ??= new SymbolTable(start.image)
    return symbols
  }
  const installed = installPlugins(host, machine, plugins, options, start, symbolsOf)
  const json =
    options['stats-json'] === undefined ? undefined : host.files.create(options['stats-json'], '--stats-json')

  let asked = false
  const unlisten = host.signals.listen((status, name) => {
    // Asked twice: whatever the plugins have still to say, end now.
    if (asked) process.exit(status)
    asked = presses = true
    stop(status, `Ended by ${name}.`)
  })
  // Of a plugin, it counts as an error of the plugin; else the run ends, and the plugins still report.
  let fault: number | undefined
  const unlistenStrays = host.strays.listen(error => {
    if (!installed.stray(error)) {
      fault = reportStray(host.stderr, error)
      stop(fault)
    }
    wake.call()
  })
  const watched = options.stats || options.hot !== undefined || json !== undefined
  const profile = watched ? new Profile(machine) : undefined
  const begin = host.clock.now()
  const progress = new Progress(host.stderr, [host.stdout, host.stderr], host.clock)
  let reason: StopReason
  try {
    const limits = { instructions: options['max-instructions'], seconds: options.timeout }
    reason = await runLoop(host, machine, profile ?? machine, serial, wake, limits, progress)
  } finally {
    progress.erase()
    serial.close()
    unlisten()
  }
  // The run was ended in the middle of a line, perhaps.
  if (found && host.stdout.midLine) host.stdout.write('\n')
  if (host.stdout.isTerminal && host.stderr.isTerminal && host.stdout.midLine) host.stderr.write('\n')
  const end = host.clock.now()
  installed.host.finish(reason)
  // What went wrong in a promise of onExit comes out now.
  if (plugins.length > 0) await host.clock.breathe()
  unlistenStrays()
  if (profile !== undefined) {
    const figures = runStatistics(machine, { begin, end }, profile, options.hot ?? 0, symbolsOf)
    if (options.stats) host.stderr.write(statisticsText(figures))
    if (options.hot !== undefined) host.stderr.write(hotText(figures))
    json?.write(`${JSON.stringify(figures, undefined, 2)}\n`)
  }
  flush(host)
  const status = conclude(
    host,
    installed.host.ended ?? reason,
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

function buildMachine(
  host: Host,
  { board, cpu, path, bytes: _bytes, ...start }: Start,
  options: RunOptions,
  semihosting: boolean,
  serial: Serial,
  files: GuestFiles | undefined,
): Machine {
  try {
    return new Machine({
      ...start,
      target: cpu.target(),
      board,
      cpus: options.smp ?? 1,
      console: serial,
      semihosting,
      semihostingHost: {
        input: length => serial.read(length),
        output: bytes => serial.print(bytes),
        commandLine: options['semihosting-args'] ?? basename(path),
        ...(files !== undefined && { files }),
      },
      ...(options.date !== undefined && { startTime: options.date }),
      ...(!options.quiet && { notice: (text: string) => note(host.stderr, text) }),
      ...(options.rate !== undefined && { rate: options.rate }),
      ...(options.tier !== undefined && { tier: options.tier }),
    })
  } catch (error) {
    // WebAssembly's limits, and the computer's.
    if (!(error instanceof RangeError)) throw error
    throw new CommandError(
      'config/memory',
      `The machine's memory cannot be had: ${messageOf(error)}.`,
      'Choose less with -m; 3G is possible where the computer has it.',
      { cause: error },
    )
  }
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
