/** Puts a machine together. */
import { ConfigError, GuestscopeError, Machine } from '@guestscope/core'
import type { PluginHostIo } from '@guestscope/plugin-host'
import { naming } from './errors.ts'
import { GuestMachine } from './guest-machine.ts'
import { GuestInput } from './input.ts'
import type { MachineChoice, PluginIo, SemihostingOptions } from './options.ts'
import { programForPlugins } from './program.ts'
import { openStart, type Start } from './start.ts'
import { SymbolTable } from './symbols.ts'
import { sizeOf } from './text.ts'

/**
 * A machine for a program, or for firmware with a kernel: target, board and CPU are those that are named, else what the
 * program is for, else the first of their lists. Nothing has run yet. Rejected with a `GuestscopeError`: `UsageError`
 * (what is asked for does not exist or does not go together), `ImageError` (no program for this machine), `ConfigError` (the
 * board cannot have it), `PluginError` (a plugin is refused). Its text names what is wrong and the remedy, options in
 * backticks.
 */
export async function createMachine(options: MachineChoice): Promise<GuestMachine> {
  const start = await openStart(options, memoryBytes(options.memory))
  const semihosting: SemihostingOptions | undefined =
    options.semihosting === true ? {} : options.semihosting || undefined
  const { write, input: serial = true, interactive = false } = options.console ?? {}
  const input = new GuestInput({ serial, semihosting: semihosting !== undefined, open: interactive })
  const printed = new Set<(bytes: Uint8Array) => void>()
  const printing =
    (to: ((bytes: Uint8Array) => void) | undefined) =>
    (bytes: Uint8Array): void => {
      to?.(bytes)
      for (const look of printed) look(bytes)
    }
  const { name, bytes: _, guest, board, cpu, ...contents } = start
  const core = naming(name, () =>
    inMemory(
      () =>
        new Machine({
          ...contents,
          target: cpu.target(),
          board,
          cpus: options.cpus ?? 1,
          console: { write: printing(write) },
          semihosting: semihosting !== undefined,
          semihostingHost: {
            input: length => input.read(length),
            output: printing(semihosting?.write ?? write),
            commandLine: semihosting?.commandLine ?? name,
            ...(semihosting?.files !== undefined && { files: semihosting.files }),
          },
          ...(options.startTime !== undefined && { startTime: options.startTime }),
          ...(options.notice !== undefined && { notice: options.notice }),
          ...(options.rate !== undefined && { rate: options.rate }),
          ...(options.tier !== undefined && { tier: options.tier }),
        }),
    ),
  )
  let table: SymbolTable | undefined
  const symbols = (): SymbolTable => {
    table ??= new SymbolTable(start.image)
    return table
  }
  const pluginIo = pluginHostIo(options.pluginIo ?? {}, start, symbols)
  const parts = { core, guest, board, cpu, image: start.image, input, printed, symbols, pluginIo }
  const machine = new GuestMachine(parts)
  for (const { plugin, options: values } of options.plugins ?? []) machine.install(plugin, values)
  return machine
}

function memoryBytes(memory: number | string | undefined): number | undefined {
  if (typeof memory !== 'string') return memory
  const bytes = sizeOf(memory)
  if (bytes > 0) return bytes
  throw new ConfigError(
    'config/memory',
    `There cannot be '${memory}' of memory.`,
    'Give bytes, or a text such as 64M or 1G.',
  )
}

/** What cannot be had for want of WebAssembly's memory, or the computer's, is an error for the user. */
function inMemory<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ConfigError(
      'config/memory',
      `The machine's memory cannot be had: ${error.message}.`,
      'Choose less with `memory`; 3G is possible where the computer has it.',
      { cause: error },
    )
  }
}

function pluginHostIo(io: PluginIo, start: Start, symbols: () => SymbolTable): PluginHostIo {
  return {
    output: text => console.log(text.replace(/\n$/, '')),
    openOutput: (path, _, plugin = '') => {
      throw new GuestscopeError(
        'file/none',
        `Plugin ${plugin} wants to write the file '${path}', and this machine has no files.`,
        'Give it some (`pluginIo`), or leave out the option of the plugin that names the file.',
      )
    },
    ...io,
    program: programForPlugins(start),
    symbol: address => symbols().at(address)?.name,
  }
}
