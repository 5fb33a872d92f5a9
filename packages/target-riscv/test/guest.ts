/** Runs the guests of `guests/` as their cases say, and keeps what they show. */
import { readFileSync } from 'node:fs'
import { loadElf } from '@guestscope/images'
import {
  type GuestRecording,
  type GuestRun,
  type GuestWay,
  runGuestMachine,
  totals,
} from '@guestscope/testkit'
import { extensionNamed } from '../src/extensions.ts'
import {
  createRiscvTarget,
  hartWith,
  type RiscvCpuModel,
  type RiscvTarget,
  riscvCpuModels,
  virt32,
  virt64,
} from '../src/index.ts'

/** A line of `guests/cases.json`. */
export interface GuestCase {
  readonly name: string
  readonly elf?: string
  readonly xlen: 32 | 64
  readonly smp: number
  readonly semihosting: boolean
  readonly exit: number
  readonly compare: 'exact' | 'per-vcpu' | 'count'
  /** Properties of QEMU's CPU besides those that all have; of those that we know ours has them too. */
  readonly cpuExtra?: string
  readonly about: string
}

export type Way = GuestWay
/** Events are as the plugin `discon-log` writes them: `vcpu type from to`. */
export type Shown = GuestRun<string>

const file = (path: string): Buffer => readFileSync(new URL(`guests/${path}`, import.meta.url))
const expectedText = (name: string): string => file(`expected/${name}`).toString()

export const cases: readonly GuestCase[] = JSON.parse(file('cases.json').toString()).cases
export const caseOf = (name: string): GuestCase => {
  const found = cases.find(c => c.name === name)
  if (!found) throw new Error(`no case ${name}`)
  return found
}

const targets = new Map<string, RiscvTarget>()

/** The usual hart, with what the case adds. */
function targetFor({ xlen, cpuExtra = '' }: GuestCase): RiscvTarget {
  const key = `${xlen},${cpuExtra}`
  let target = targets.get(key)
  if (!target) {
    const [model] = riscvCpuModels(xlen)
    const added = cpuExtra.split(',').map(part => part.split('=') as [string, string])
    const known = added.filter(([name]) => extensionNamed(name) !== undefined)
    target = createRiscvTarget(hartWith(model as RiscvCpuModel, known))
    targets.set(key, target)
  }
  return target
}

export const runGuest = (guest: GuestCase, way: Way): Shown =>
  runGuestMachine(
    {
      target: targetFor(guest),
      board: guest.xlen === 32 ? virt32 : virt64,
      memoryBytes: 64 << 20,
      cpus: guest.smp,
      image: loadElf(file(`elf/${guest.elf ?? guest.name}.elf`)),
      semihosting: guest.semihosting,
    },
    way,
    ({ cpu, type, from, to }) => `${cpu.toString(16)} ${type} ${from.toString(16)} ${to.toString(16)}`,
  )

/** What QEMU showed; it sends WRITE to `:tt` elsewhere than what the UART prints. */
export function recording({ name, exit }: GuestCase): GuestRecording {
  const terminal = name.startsWith('semihosting-rv') ? expectedText(`${name}.stdout`) : ''
  const log = expectedText(`${name}.log`).trimEnd().split('\n')
  return { status: exit, output: terminal + expectedText(`${name}.out`), log }
}

/** The log as the expected file has it: sorted by vCPU where the order among them is chance, and the totals. */
export function asRecorded(guest: GuestCase, log: readonly string[]): string[] {
  const counts = totals(log, guest.smp)
  if (guest.compare === 'count') return counts
  const vcpu = (line: string): number => Number.parseInt(line, 16)
  const lines = guest.compare === 'per-vcpu' ? log.toSorted((a, b) => vcpu(a) - vcpu(b)) : log
  return [...lines, ...counts]
}
