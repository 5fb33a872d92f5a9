/** Cells: 64-bit counters in each vCPU's area, which generated code updates without a call. */
import { type Cell, Layout, PluginError } from '@guestscope/core'
import { check, shown } from './check.ts'
import type { PluginMachine } from './machine.ts'

/** One cell. */
export class HostCell implements Cell {
  readonly name: string
  readonly machine: PluginMachine
  readonly #offset: number
  /** Given back: it may be somebody else's soon, or by now. */
  freed = false
  #released = false

  constructor(machine: PluginMachine, name: string, offset: number) {
    this.machine = machine
    this.name = name
    this.#offset = offset
  }

  /** Offset in each vCPU's area; throws (`plugin/argument`) if the cell has been given back. */
  get offset(): number {
    this.checkUsable()
    return this.#offset
  }
  checkUsable(): void {
    if (!this.freed) return
    throw new PluginError(
      'plugin/argument',
      `The cell '${this.name}' has been given back.`,
      'Use it before freeScoreboard or uninstall.',
    )
  }
  /** Its offset, when nothing uses it any more; undefined at the second call. */
  release(): number | undefined {
    this.freed = true
    if (this.#released) return undefined
    this.#released = true
    return this.#offset
  }
  get(cpu: number): bigint {
    return cpuAt(this.machine, cpu).get64(this.offset)
  }
  set(cpu: number, value: bigint): void {
    if (typeof value !== 'bigint') check('set', 'value', value)
    cpuAt(this.machine, cpu).set64(this.offset, value)
  }
  add(cpu: number, value: bigint): void {
    if (typeof value !== 'bigint') check('add', 'value', value)
    this.set(cpu, this.get(cpu) + value)
  }
  sum(): bigint {
    const sum = this.machine.cpus.reduce((total, cpu) => total + cpu.get64(this.offset), 0n)
    return BigInt.asUintN(64, sum)
  }
}

/** Hands out the cells of one machine. */
export class CellAllocator {
  readonly #machine: PluginMachine
  readonly #free: number[] = []
  #used = 0

  constructor(machine: PluginMachine) {
    this.#machine = machine
  }

  allocate(name: string): HostCell {
    const index = this.#free.pop() ?? this.#used++
    if (index >= Layout.maxCells) {
      this.#used = Layout.maxCells
      throw new PluginError(
        'plugin/cells-exhausted',
        `All ${Layout.maxCells} cells are in use.`,
        'Use fewer cells, or count in callbacks.',
      )
    }
    const cell = new HostCell(this.#machine, name, Layout.cells + 8 * index)
    for (const cpu of this.#machine.cpus) cpu.set64(cell.offset, 0n)
    return cell
  }

  /** Takes a cell back. No code that uses it may be left. */
  free(cell: HostCell): void {
    const offset = cell.release()
    if (offset !== undefined) this.#free.push((offset - Layout.cells) / 8)
  }

  /** The cell that a plugin gave; throws if it is not a cell of this machine, or was given back. */
  check(cell: Cell): HostCell {
    if (!(cell instanceof HostCell) || cell.machine !== this.#machine)
      throw new PluginError(
        'plugin/argument',
        'That is not a cell of this machine.',
        'Make cells with api.scoreboard.',
      )
    cell.checkUsable()
    return cell
  }
  /** Offset of a cell that a plugin gave. */
  offset(cell: Cell): number {
    return this.check(cell).offset
  }
}

/** The vCPU of that number; throws (`plugin/argument`) if there is none. */
export function cpuAt(machine: PluginMachine, cpu: number): PluginMachine['cpus'][number] {
  const found = machine.cpus[cpu]
  if (found !== undefined && typeof cpu === 'number') return found
  throw new PluginError(
    'plugin/argument',
    `There is no vCPU ${typeof cpu === 'number' ? cpu : shown(cpu)}.`,
    `vCPUs are numbered from 0 to ${machine.cpus.length - 1}.`,
  )
}

/** A value for a cell, modulo 2^64. */
export function cellValue(value: bigint | number): bigint {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value))
    throw new PluginError(
      'plugin/argument',
      `${shown(value)} is not an integer.`,
      'Cells hold 64-bit integers.',
    )
  return BigInt.asUintN(64, BigInt(value))
}
