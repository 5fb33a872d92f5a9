/** Runs a toy program under plugins, in every tier. */

import {
  type Board,
  type Cpu,
  Machine,
  type MachineOptions,
  type PluginApi,
  type StopReason,
} from '@guestscope/core'
import { PluginHost, type PluginHostIo } from '@guestscope/plugin-host'
import { bare } from '../../src/bare.ts'
import { stressed } from '../../src/stress.ts'
import { Toy, toy, toyRam, toyTarget } from '../../src/toy/toy.ts'

type Way = Pick<MachineOptions, 'tier' | 'hotThreshold' | 'batch' | 'tuning' | 'poolBytes'>

const stress = stressed(1)

/** The tiers; then with regions at once, and with code that comes and goes all the time. */
export const ways: readonly (readonly [name: string, way: Way])[] = [
  ['oracle', { tier: 'oracle' }],
  ['tier 0', { tier: 0 }],
  ['tier 1', { tier: 1, hotThreshold: 5, batch: 2 }],
  ['tier 1, regions at once', { tier: 1, hotThreshold: 1, batch: 1 }],
  [
    'tier 2, at once',
    { tier: 2, hotThreshold: 1, tuning: { batch: 1, sampleInterval: 100, hotSamples: 1, waitForT2: true } },
  ],
  [
    'all tiers under stress',
    { ...stress, hotThreshold: 3, tuning: { ...stress.tuning, sampleInterval: 50 } },
  ],
]

export const data = 0x3000n
export const device = 0x20000n

/** A loop over r1 with accesses of every kind, and a trap in each round. */
export const program: number[] = [
  toy('addi', 1, 1, 1), // 1000
  toy('store', 1, 8), // 1004: mem[r8] := r1
  toy('load', 2, 8), // 1008
  toy('lb', 3, 8), // 100c
  toy('swap', 4, 8), // 1010
  toy('copy', 9, 8), // 1014: mem[r9] := mem[r8]
  toy('trap', 0, 0, 7), // 1018
  toy('bne', 1, 5, -7), // 101c
  toy('halt'), // 1020
  toy('addi', 6, 6, 1), // 1024: handler
  toy('jr', 0, 7), // 1028
].flat()
/** Instructions of a round of `program`, those of the handler included. */
export const roundInsns = 10

export interface RunOptions {
  readonly code?: readonly number[]
  /** Rounds of `program`. */
  readonly rounds?: number
  /** The second access of `copy` goes to the device. */
  readonly toDevice?: boolean
  readonly cpus?: number
  readonly pluginErrors?: PluginHostIo['pluginErrors']
  readonly prepare?: (machine: Machine) => void
}

export class PluginRun {
  readonly machine: Machine
  readonly host: PluginHost
  readonly output: string[] = []
  readonly failures: string[] = []
  readonly written: number[] = []
  readonly #options: RunOptions

  constructor(way: Way, options: RunOptions = {}) {
    this.#options = options
    this.machine = new Machine({
      target: toyTarget,
      board: this.#board(options.code ?? program),
      memoryBytes: 0x10000,
      cpus: options.cpus ?? 1,
      ...bare,
      ...way,
    })
    this.prepare()
    options.prepare?.(this.machine)
    this.host = new PluginHost(this.machine, {
      output: text => this.output.push(text),
      openOutput: () => ({ write: () => {} }),
      onError: ({ plugin, callback }) => this.failures.push(`${plugin} ${callback}`),
      ...(options.pluginErrors && { pluginErrors: options.pluginErrors }),
    })
  }

  /** The registers at the beginning of `program`. */
  prepare(): void {
    for (const cpu of this.machine.cpus) {
      cpu.set64(Toy.vector, toyRam + 0x24n)
      cpu.set64(Toy.R(5), BigInt(this.#options.rounds ?? 20))
      cpu.set64(Toy.R(7), toyRam + 0x1cn)
      cpu.set64(Toy.R(8), data + 0x100n * BigInt(cpu.index))
      cpu.set64(Toy.R(9), this.#options.toDevice ? device : 0x4000n + 0x100n * BigInt(cpu.index))
    }
  }

  #board(code: readonly number[]): Board {
    return {
      name: 'toy',
      description: '',
      target: 'toy',
      maxCpus: 4,
      defaultMemory: 0x10000,
      build: () => ({
        regions: [{ name: 'ram', base: toyRam, size: 0x10000 }],
        devices: [
          {
            base: device,
            device: {
              name: 'latch',
              size: 16,
              read: () => 0,
              write: () => {},
              write64: (_, low) => void this.written.push(low),
            },
          },
        ],
        contents: [{ base: toyRam, bytes: Uint8Array.from(code) }],
        resetPc: toyRam,
        input: () => {},
      }),
    }
  }

  install(install: (api: PluginApi) => void, name = 'test'): this {
    this.host.install({ name, description: '', apiVersion: 1, install })
    return this
  }

  /** Runs to the end, `slice` instructions at a time; then plugins hear of it. */
  run(slice = 100_000): StopReason {
    for (let i = 0; i < 100_000 && this.machine.run(slice) === 'running'; i++);
    return this.host.finish(this.machine.stopReason ?? { kind: 'exit', status: 0 })
  }

  /** What the guest is in the end. */
  state(): string {
    const { machine } = this
    const registers = machine.cpus.map((cpu: Cpu) =>
      Array.from({ length: 20 }, (_, n) => cpu.get64(Toy.R(n)).toString(16)).join(' '),
    )
    const ram = machine.readPhysical(toyRam, 0x10000) ?? new Uint8Array()
    const hash = ram.reduce((h, byte) => (Math.imul(h, 31) + byte) | 0, 0)
    return [machine.clock(), ...machine.cpus.map(c => c.pc), ...registers, hash].join('\n')
  }
}
