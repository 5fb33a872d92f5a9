/** Types of the options of each command: what the table in `table.ts` describes and the commands get. */
import type { Tier } from '@guestscope/core'
import type { PluginErrors, SerialChoice } from '../args/value-types.ts'

/** What decides which machine is meant. */
export interface MachineChoice {
  target: string | undefined
  cpu: string | undefined
  /** The image is a raw binary for this address. */
  raw: bigint | undefined
}

export interface RunOptions extends MachineChoice {
  board: string | undefined
  memory: number | undefined
  smp: number | undefined
  bios: string | undefined
  kernel: string | undefined
  initrd: string | undefined
  append: string | undefined
  plugin: readonly string[]
  'plugin-output': string | undefined
  'plugin-errors': PluginErrors | undefined
  semihosting: boolean
  'semihosting-dir': string | undefined
  'semihosting-args': string | undefined
  'semihosting-limit': number | undefined
  date: number | undefined
  serial: SerialChoice | undefined
  rate: number | 'board' | undefined
  'max-instructions': number | undefined
  timeout: number | undefined
  'expect-text': string | undefined
  quiet: boolean
  stats: boolean
  hot: number | undefined
  'stats-json': string | undefined
  tier: Tier | undefined
}

export interface DisasOptions extends MachineChoice {
  start: bigint | undefined
  count: number | undefined
  symbol: string | undefined
}

export type ListOptions = Record<never, never>
