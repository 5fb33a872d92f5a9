/** What boards of this architecture have in common: checks of the user's choices, and ranges without a model. */
import { type BoardHost, type BoardOptions, ConfigError, type MmioDevice } from '@guestscope/core'
import { Unimplemented } from '@guestscope/devices'

/** A range where the board has something that is not modelled; who polls it is told of. */
export function absent(
  host: BoardHost,
  name: string,
  base: number,
  size: number,
): { base: bigint; device: MmioDevice } {
  const device = new Unimplemented(name, size, 0, offset => host.absentRead(base + offset))
  return { base: BigInt(base), device }
}

export function checkOneCpu(board: string, { cpus }: BoardOptions): void {
  if (cpus === 1) return
  throw new ConfigError(
    'config/cpus',
    `The board ${board} cannot have ${cpus} CPUs.`,
    'It has one (`cpus` 1).',
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
