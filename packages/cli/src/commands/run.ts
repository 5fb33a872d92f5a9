/** `guestscope run`: builds the machine, runs it, tells how it ended. */
import { type GuestFiles, Machine, Profile, type StopReason, stopMessage, stopStatus } from '@guestscope/core'
import type { CommandAction } from '../args/spec.ts'
import { CommandError, messageOf } from '../errors.ts'
import { ExitStatus } from '../exit-status.ts'
import type { Host } from '../host/host.ts'
import { describeFailure, failureHint } from '../plugins/failure.ts'
import { installPlugins, loadPlugins } from '../plugins/install.ts'
import { note, problem } from '../report.ts'
import { naming } from '../run/image.ts'
import { flush, runLoop, Wake } from '../run/loop.ts'
import { Progress } from '../run/progress.ts'
import { Serial } from '../run/serial.ts'
import { openStart, type Start } from '../run/start.ts'
import { hotText, runStatistics, statisticsText } from '../run/statistics.ts'
import { SymbolTable } from '../run/symbols.ts'
import type { RunOptions } from './options.ts'

export const run: CommandAction<RunOptions> = async (host, options, [path]) => {
  const start = await openStart(host, path, options)
  const folder = options['semihosting-dir']
  const files = folder === undefined ? undefined : await host.files.folder(folder)
  const plugins = await loadPlugins(options.plugin, host)
  const wake = new Wake()
  let machine: Machine | undefined
  const stop = (status: number, message?: string): void => {
    machine?.stop({ kind: 'exit', status, ...(message !== undefined && { message }) })
    wake.call()
  }
  const expected = options['expect-text']
  let found = false
  const serial = new Serial(host, options.serial ?? 'stdio', expected, {
    found: () => {
      found = true
      stop(0)
    },
    leave: () => stop(0),
    changed: wake.call,
  })
  machine = naming(start.path, () => buildMachine(host, start, options, serial, files))
  let symbols: SymbolTable | undefined
  const symbolsOf = (): SymbolTable => {
    symbols ??= new SymbolTable(start.image)
    return symbols
  }
  const pluginHost = installPlugins(host, machine, plugins, options, start, symbolsOf)
  const json = options['stats-json'] === undefined ? undefined : host.files.create(options['stats-json'])

  let asked = false
  const unlisten = host.signals.listen((status, name) => {
    // Asked twice: whatever the plugins have still to say, end now.
    if (asked) process.exit(status)
    asked = true
    stop(status, `Ended by ${name}.`)
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
  if (host.stdout.isTerminal && host.stderr.isTerminal && host.stdout.midLine) host.stderr.write('\n')
  const end = host.clock.now()
  const last = pluginHost.finish(reason)
  if (profile !== undefined) {
    const figures = runStatistics(machine, { begin, end }, profile, options.hot ?? 0, symbolsOf)
    if (options.stats) host.stderr.write(statisticsText(figures))
    if (options.hot !== undefined) host.stderr.write(hotText(figures))
    json?.write(`${JSON.stringify(figures, undefined, 2)}\n`)
  }
  flush(host)
  return conclude(host, last, expected !== undefined && !found ? expected : undefined)
}

function buildMachine(
  host: Host,
  { board, cpu, path: _path, bytes: _bytes, ...start }: Start,
  options: RunOptions,
  serial: Serial,
  files: GuestFiles | undefined,
): Machine {
  const commandLine = options['semihosting-args']
  try {
    return new Machine({
      ...start,
      target: cpu.target(),
      board,
      cpus: options.smp ?? 1,
      console: serial,
      semihosting: options.semihosting || files !== undefined || commandLine !== undefined,
      semihostingHost: {
        input: length => serial.read(length),
        ...(files !== undefined && { files }),
        ...(commandLine !== undefined && { commandLine }),
      },
      ...(!options.quiet && { notice: (text: string) => note(host.stderr, text) }),
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
    const { plugin, callback, error } = reason
    problem(host.stderr, `${describeFailure(plugin, callback, error)} ${failureHint}`, 'plugin/threw')
    return stopStatus(reason)
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
