/** The registers of a machine as plugins may use them at this moment. */
import { Head } from '@guestscope/codegen'
import { type Cpu, PluginError, type RegisterInfo } from '@guestscope/core'
import { cpuAt } from './cells.ts'
import { check, shown } from './check.ts'
import type { PluginMachine } from './machine.ts'

/** How much a callback may do with registers; `free`: no guest code waits for it, so anything. */
export const Level = { none: 0, read: 1, write: 2, 'write-pc': 3, free: 4 } as const

/** Work of the host for a register, by its group: most are in memory, others are interpreted. */
const cheap: ReadonlySet<string> = new Set(['general', 'float'])
const [cheapWork, dearWork] = [1, 20]
/** Work, about a tenth of a second, after which the host is to look at what it has besides. */
const mostWork = 40_000

export class Registers {
  readonly #machine: PluginMachine
  readonly #byName: ReadonlyMap<string, RegisterInfo>
  /** Of the callback that runs. */
  level: number = Level.free
  /** That callback is one of `onMemory`: its instruction goes on under the mode in which it was translated. */
  inAccess = false
  #work = 0

  constructor(machine: PluginMachine) {
    this.#machine = machine
    this.#byName = new Map(machine.target.registers.map(register => [register.name, register]))
  }

  read(cpu: number, name: string): bigint {
    this.#need(Level.read, `Register ${shownName(name)} was read`, 'read')
    const register = this.#find(name)
    this.#work += cheap.has(register.group) ? cheapWork : dearWork
    if (this.#work >= mostWork) {
      this.#work = 0
      this.#machine.yield()
    }
    return register.read(cpuAt(this.#machine, cpu))
  }

  write(cpu: number, name: string, value: bigint): void {
    this.#need(Level.write, `Register ${shownName(name)} was written`, 'write')
    const { write } = this.#find(name)
    if (name === 'pc')
      throw new PluginError('plugin/argument', 'The pc is no register like others.', 'Use api.setPc.')
    if (!write)
      throw new PluginError(
        'plugin/register-readonly',
        `Register ${name} cannot be written.`,
        'api.registers() says which can.',
      )
    check('writeRegister', 'value', value)
    const at = cpuAt(this.#machine, cpu)
    const before = this.#find(name).read(at)
    const [context, tlb] = [at.get32(Head.flags), at.get32(Head.tlb)]
    write(at, value)
    if (at.get32(Head.flags) === context && at.get32(Head.tlb) === tlb) return
    // Translated for another mode: on to the run loop before the instruction.
    at.request()
    if (!this.inAccess) return
    write(at, before)
    throw new PluginError(
      'plugin/register-access',
      `Register ${name} decides how code is translated, and was written in the middle of an instruction.`,
      'Write it in an onExec callback.',
    )
  }

  setPc(cpu: number, address: bigint): void {
    this.#need(Level['write-pc'], 'The pc was set', 'write-pc')
    check('setPc', 'address', address)
    const at = cpuAt(this.#machine, cpu)
    const go = (): void => this.#go(at, address)
    if (this.level === Level.free) go()
    else this.#machine.redirect(at, go, this.inAccess)
  }
  #go(cpu: Cpu, address: bigint): void {
    const write = this.#byName.get('pc')?.write
    if (write) write(cpu, address)
    else cpu.pc = BigInt.asUintN(64, address)
  }

  #need(level: number, what: string, access: string): void {
    if (this.level >= level) return
    throw new PluginError(
      'plugin/register-access',
      `${what} in a callback that did not ask for it.`,
      `Register it with access '${access}', such as onExec(callback, '${access}').`,
    )
  }
  #find(name: string): RegisterInfo {
    const register = this.#byName.get(name)
    if (register) return register
    throw new PluginError(
      'plugin/register-unknown',
      `${this.#machine.target.name} has no register ${shown(name)}.`,
      'api.registers() lists them.',
    )
  }
}

const shownName = (name: unknown): string => (typeof name === 'string' ? name : shown(name))
