/** Cells: 64-bit counters in each vCPU's area, which generated code updates without a call. */
import { Layout } from '../layout.ts'
import type { Cell } from '../plugin/index.ts'
import { PluginError } from '../plugin-error.ts'
import type { PluginMachine } from './machine.ts'

/** One cell. */
export class HostCell implements Cell {
  readonly name: string
  /** Offset in each vCPU's area. */
  readonly offset: number
  readonly machine: PluginMachine

  constructor(machine: PluginMachine, name: string, offset: number) {
    this.machine = machine
    this.name = name
    this.offset = offset
  }

  get(cpu: number): bigint {
    return cpuAt(this.machine, cpu).get64(this.offset)
  }
  set(cpu: number, value: bigint): void {
    cpuAt(this.machine, cpu).set64(this.offset, value)
  }
  add(cpu: number, value: bigint): void {
    this.set(cpu, this.get(cpu) + value)
  }
  sum(): bigint {
    return BigInt.asUintN(
      64,
      this.machine.cpus.reduce((sum, cpu) => sum + cpu.get64(this.offset), 0n),
    )
  }
}

/** Hands out the cells of one machine. */
export class CellAllocator {
  readonly #machine: PluginMachine
  #used = 0

  constructor(machine: PluginMachine) {
    this.#machine = machine
  }

  allocate(name: string): HostCell {
    if (this.#used === Layout.maxCells)
      throw new PluginError(
        'plugin/cells-exhausted',
        `All ${Layout.maxCells} cells are in use.`,
        'Use fewer cells, or count in callbacks.',
      )
    const cell = new HostCell(this.#machine, name, Layout.cells + 8 * this.#used++)
    for (const cpu of this.#machine.cpus) cpu.set64(cell.offset, 0n)
    return cell
  }

  /** Offset of a cell that a plugin gave; throws if it is not a cell of this machine. */
  offset(cell: Cell): number {
    if (cell instanceof HostCell && cell.machine === this.#machine) return cell.offset
    throw new PluginError(
      'plugin/argument',
      'That is not a cell of this machine.',
      'Make cells with api.scoreboard.',
    )
  }
}

/** The vCPU of that number; throws (`plugin/argument`) if there is none. */
export function cpuAt(machine: PluginMachine, cpu: number): PluginMachine['cpus'][number] {
  const found = machine.cpus[cpu]
  if (found !== undefined) return found
  throw new PluginError(
    'plugin/argument',
    `There is no vCPU ${cpu}.`,
    `vCPUs are numbered from 0 to ${machine.cpus.length - 1}.`,
  )
}

/** A value for a cell, modulo 2^64. */
export function cellValue(value: bigint | number): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new PluginError('plugin/argument', `${value} is not an integer.`, 'Cells hold 64-bit integers.')
  return BigInt.asUintN(64, BigInt(value))
}
