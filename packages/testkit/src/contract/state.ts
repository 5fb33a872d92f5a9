/** State, registers, causes, reset. */
import { type FixedSlots, Head, typeBytes } from '@guestscope/codegen'
import { Access, Discon, Layout } from '@guestscope/core'
import { none, same, sameLines } from '../assert.ts'
import { bits32, seeded } from '../random.ts'
import { slotsInUse } from './ir.ts'
import type { Check, ContractOptions } from './options.ts'
import { firstCpu, makeMachine, stateLines } from './runs.ts'

/** 0: no register reads as zero. */
const fixedSlots = ({ zero, sink }: FixedSlots): readonly number[] => (zero === 0 ? [sink] : [zero, sink])

export function stateCases(options: ContractOptions): Check[] {
  const { target } = options
  const { state } = target

  return [
    [
      'the state fits into its place',
      () => {
        const most = Layout.maxTlbModes
        const { fixed, size, tlbModes } = state
        none('state', [
          ...(size < Head.size || size > Layout.stateSize ? [`${size} bytes`] : []),
          ...(tlbModes < 1 || tlbModes > most ? [`${tlbModes} soft TLBs`] : []),
          ...fixedSlots(fixed)
            .filter(at => at < Head.size || at + 8 > size)
            .map(at => `fixed slot at ${at}`),
        ])
      },
    ],
    [
      'slots that regions keep in locals are in the state, apart from each other, the head and the fixed slots',
      () => {
        const faults: string[] = []
        let end: number = Head.size
        for (const at of slotsInUse(options)) {
          const type = state.promote(at)
          if (!type) continue
          if (at < end || at + typeBytes[type] > state.size) faults.push(`${type} at ${at}, free from ${end}`)
          if (type === 'v128' && at % 16) faults.push(`${type} at ${at}, no multiple of 16`)
          end = at + typeBytes[type]
          for (const fixed of fixedSlots(state.fixed))
            if (at < fixed + 8 && end > fixed) faults.push(`${type} at ${at}, over a fixed slot`)
        }
        none('slots', faults)
      },
    ],
    [
      'registers have names of their own and are readable after a reset',
      () => {
        const cpu = firstCpu(makeMachine(options, 0))
        const names = target.registers.map(r => r.name)
        none('registers', [
          ...names
            .filter((name, i) => name === '' || names.indexOf(name) !== i)
            .map(name => `'${name}' twice`),
          ...target.registers.filter(r => r.group === '').map(r => `${r.name} is in no group`),
          ...target.registers
            .map(r => ({ r, value: r.read(cpu) }))
            .filter(({ r, value }) => BigInt.asUintN(r.bits, value) !== value)
            .map(({ r, value }) => `${r.name} is ${value}, and has ${r.bits} bits`),
        ])
      },
    ],
    [
      'reading registers changes nothing, and writing back what was read neither',
      () => {
        const cpu = firstCpu(makeMachine(options, 0))
        const before = stateLines(target, cpu)
        const values = target.registers.map(r => r.read(cpu))
        sameLines('state after reading', stateLines(target, cpu), before)
        target.registers.forEach((r, i) => r.write?.(cpu, values[i] as bigint))
        const now = target.registers.map(r => r.read(cpu))
        none(
          'registers after writing',
          target.registers.filter((_, i) => now[i] !== values[i]).map(r => r.name),
        )
      },
    ],
    [
      'a reset gives the same state every time, with its flags in the context and no interrupt',
      () => {
        const cpu = firstCpu(makeMachine(options, 0))
        sameLines('state', stateLines(target, firstCpu(makeMachine(options, 1))), stateLines(target, cpu))
        const flags = target.flags(cpu)
        same('flags', cpu.get32(Head.flags), flags)
        if ((flags | 0) !== flags) throw new Error(`flags are ${flags}`)
        same('interrupt', target.pendingInterrupt(cpu) ?? 'none', 'none')
      },
    ],
    [
      'every cause has a name and a category',
      () => {
        const random = seeded(options.seed ?? 1)
        const numbers = [
          ...Array(256).keys(),
          ...Array.from({ length: 200 }, () => bits32(random)),
          -1,
          -(2 ** 31),
        ]
        const types: readonly number[] = [Discon.Interrupt, Discon.Exception, Discon.HostCall]
        none(
          'causes',
          numbers
            .filter(n => {
              const { name, type } = target.cause(n)
              return name === '' || !types.includes(type)
            })
            .map(String),
        )
      },
    ],
    [
      'bus errors are exceptions with names of their own for loads, stores and fetches',
      () => {
        const causes = [Access.load, Access.store, Access.fetch].map(a => target.cause(target.busError(a)))
        none(
          'bus errors',
          causes.filter(c => c.type !== Discon.Exception).map(c => c.name),
        )
        if (new Set(causes.map(c => c.name)).size < 2) throw new Error('a fetch cannot be told from a load')
      },
    ],
  ]
}
