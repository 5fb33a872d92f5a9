/** What boards of this architecture check of the user's choices. */
import { type BoardOptions, ConfigError } from '@guestscope/core'

export function checkOneCpu(board: string, { cpus }: BoardOptions): void {
  if (cpus === 1) return
  throw new ConfigError(
    'config/cpus',
    `The board ${board} cannot have ${cpus} CPUs.`,
    'It has one (--smp 1).',
  )
}

/** One CPU, and memory of a fixed size. */
export function checkFixed(board: string, options: BoardOptions, size: number): void {
  checkOneCpu(board, options)
  if (options.memoryBytes !== size)
    throw new ConfigError(
      'config/memory',
      `The board ${board} cannot have ${options.memoryBytes} bytes of memory.`,
      `Its memory is fixed: leave the size out, or give ${size}.`,
    )
}
