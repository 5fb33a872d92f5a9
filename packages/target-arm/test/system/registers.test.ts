/** Registers of the system control space and special registers: which bits exist, core by core. */
import type { Machine } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { halves, machineFor, words } from './machine.ts'

type Name = 'cortex-m0' | 'cortex-m0plus' | 'cortex-m3' | 'cortex-m4' | 'cortex-m7'
const boards: Record<Name, string> = {
  'cortex-m0': 'microbit',
  'cortex-m0plus': 'microbit',
  'cortex-m3': 'mps2-an385',
  'cortex-m4': 'mps2-an386',
  'cortex-m7': 'mps2-an500',
}
const names = Object.keys(boards) as Name[]
const make = (name: Name, program?: readonly number[]): Machine => {
  const contents =
    program &&
    ([
      [0, words(0x20001000, 0x41)],
      [0x40, halves(...program)],
    ] as const)
  return machineFor(boards[name], contents, 0, board => ({ ...board, target: name }))
}

function bus(machine: Machine, address: number) {
  const place = machine.memory.device(BigInt(address))
  if (!place) throw new Error('nobody there')
  return {
    read: () => place.device.read(place.offset, 4, 0) >>> 0,
    write: (value: number) => place.device.write(place.offset, 4, value >>> 0, 0),
  }
}

const absent = [0, 0] as const
type Expected = readonly [reset: number, ones: number]
const same = (value: Expected): Record<Name, Expected> =>
  Object.fromEntries(names.map(n => [n, value])) as Record<Name, Expected>
/** Armv6-M and Armv7-M. */
const both = (v6: Expected, v7: Expected): Record<Name, Expected> => ({
  ...same(v7),
  'cortex-m0': v6,
  'cortex-m0plus': v6,
})
const fpu = (value: Expected): Record<Name, Expected> => ({
  ...same(absent),
  'cortex-m4': value,
  'cortex-m7': value,
})

/** Address, name, and what it reads after reset and after all ones have been written. */
const registers: readonly (readonly [number, string, Record<Name, Expected>])[] = [
  [0xe000e004, 'ICTR', same(absent)],
  [0xe000e008, 'ACTLR', { ...both(absent, [0, 7]), 'cortex-m4': [0, 0x307], 'cortex-m7': [0, 0x1ffffc04] }],
  [0xe000e014, 'SYST_RVR', same([0, 0xffffff])],
  [0xe000e100, 'NVIC_ISER0', same([0, 0xffffffff])],
  [0xe000e104, 'NVIC_ISER1', same(absent)],
  [0xe000e300, 'NVIC_IABR0', same(absent)],
  [0xe000e400, 'NVIC_IPR0', both([0, 0xc0c0c0c0], [0, 0xffffffff])],
  [0xe000e420, 'NVIC_IPR8', same(absent)],
  [0xe000ed04, 'ICSR', both([0, 0x94002000], [0x800, 0x94002800])],
  [0xe000ed08, 'VTOR', { ...same([0, 0xffffff80]), 'cortex-m0': absent }],
  [0xe000ed0c, 'AIRCR', same([0xfa050000, 0xfa050000])],
  [0xe000ed10, 'SCR', same([0, 0x16])],
  [0xe000ed14, 'CCR', { ...both([0x208, 0x208], [0x200, 0x31b]), 'cortex-m7': [0x40200, 0x7031b] }],
  [0xe000ed18, 'SHPR1', both(absent, [0, 0xffffff])],
  [0xe000ed1c, 'SHPR2', both([0, 0xc0000000], [0, 0xff000000])],
  [0xe000ed20, 'SHPR3', both([0, 0xc0c00000], [0, 0xffff00ff])],
  [0xe000ed24, 'SHCSR', both(absent, [0, 0x7fd8b])],
  [0xe000ed28, 'CFSR', same(absent)],
  [0xe000ed2c, 'HFSR', same(absent)],
  [0xe000ed34, 'MMFAR', both(absent, [0, 0xffffffff])],
  [0xe000ed3c, 'AFSR', same(absent)],
  [0xe000ed78, 'CLIDR', { ...same(absent), 'cortex-m7': [0x09000003, 0x09000003] }],
  [0xe000ed7c, 'CTR', { ...same(absent), 'cortex-m7': [0x8303c003, 0x8303c003] }],
  [0xe000ed80, 'CCSIDR', { ...same(absent), 'cortex-m7': [0xf00fe019, 0xf00fe019] }],
  [0xe000ed84, 'CSSELR', { ...same(absent), 'cortex-m7': [0, 15] }],
  [0xe000ed88, 'CPACR', fpu([0, 0xf00000])],
  [0xe000ed94, 'MPU_CTRL', { ...same([0, 7]), 'cortex-m0': absent }],
  [0xe000ed9c, 'MPU_RBAR', { ...same([0, 0]), 'cortex-m7': [0, 0xffffffef] }],
  [
    0xe000eda0,
    'MPU_RASR',
    { ...same([0, 0x173fff3f]), 'cortex-m0': absent, 'cortex-m0plus': [0, 0x1707ff3f] },
  ],
  [0xe000eda8, 'MPU_RASR_A1', both(absent, [0, 0x173fff3f])],
  [0xe000edfc, 'DEMCR', both(absent, [0, 0x010b07f1])],
  [0xe000ef34, 'FPCCR', fpu([0xc0000000, 0xc000017b])],
  [0xe000ef38, 'FPCAR', fpu([0, 0xfffffff8])],
  [0xe000ef3c, 'FPDSCR', fpu([0, 0x07c00000])],
  [0xe000ef50, 'ICIALLU', same(absent)],
  [0xe000ef74, 'DCCISW', same(absent)],
  [0xe0001000, 'DWT_CTRL', both(absent, [0x0d000000, 0x0d000001])],
]

describe.each(names)('%s', name => {
  test.each(registers.map(([address, register, expected]) => [register, address, expected[name]] as const))(
    '%s: after reset and after all ones',
    (register, address, [reset, ones]) => {
      const at = bus(make(name), address)
      const first = at.read()
      at.write(register === 'AIRCR' ? 0x05fa00f8 : 0xffffffff)
      expect([first, at.read()].map(n => n.toString(16))).toEqual([reset, ones].map(n => n.toString(16)))
    },
  )

  test('APSR: Q with Armv7-M, GE with DSP; IPSR and ITSTATE of a frame, too', () => {
    // ldr r0, =-1; msr APSR_nzcvq(g), r0; mrs r1, APSR
    const g = name === 'cortex-m4' || name === 'cortex-m7' ? 0x8c00 : 0x8800
    const machine = make(name, [0x2000, 0x43c0, 0xf380, g, 0xf3ef, 0x8100, 0xe7fe])
    machine.run(10)
    const [cpu] = machine.cpus
    if (!cpu) throw new Error('no CPU')
    const read = (register: string): bigint => {
      const found = machine.target.registers.find(r => r.name === register)
      return found?.read(cpu) ?? -1n
    }
    const q = name.startsWith('cortex-m0') ? 0 : 0x08000000
    const ge = g === 0x8c00 ? 0xf0000 : 0
    expect(read('r1')).toBe(BigInt(0xf0000000 + q + ge))
    machine.target.registers.find(r => r.name === 'xpsr')?.write?.(cpu, 0xf90f01c3n)
    const ipsr = q ? 0x1c3 : 3
    expect(read('xpsr')).toBe(BigInt(0xf1000000 + q + ge + ipsr))
  })

  test('CONTROL', () => {
    // movs r0, #7; msr CONTROL, r0; mrs r1, CONTROL
    const machine = make(name, [0x2007, 0xf380, 0x8814, 0xf3ef, 0x8114, 0xe7fe])
    machine.run(10)
    const [cpu] = machine.cpus
    const r1 = cpu && machine.target.registers.find(r => r.name === 'r1')?.read(cpu)
    const expected = {
      'cortex-m0': 2n,
      'cortex-m0plus': 3n,
      'cortex-m3': 3n,
      'cortex-m4': 7n,
      'cortex-m7': 7n,
    }
    expect(r1).toBe(expected[name])
  })
})

test('ICSR of Armv6-M has no RETTOBASE; NVIC_IABR belongs to Armv7-M', () => {
  for (const [name, icsr, active] of [
    ['cortex-m0', 0, 0],
    ['cortex-m3', 0x800, 1],
  ] as const) {
    const machine = machineFor(boards[name], [
      [0, words(0x20001000, 0x101, ...Array(16).fill(0x101))],
      [0x100, halves(0xe7fe)],
    ])
    expect(bus(machine, 0xe000ed04).read() & 0x800).toBe(icsr)
    bus(machine, 0xe000e100).write(1)
    bus(machine, 0xe000e200).write(1)
    machine.run(1)
    expect(bus(machine, 0xe000e300).read()).toBe(active)
  }
})

test('Cortex-M7: CCSIDR follows CSSELR', () => {
  const machine = make('cortex-m7')
  const [size, select] = [bus(machine, 0xe000ed80), bus(machine, 0xe000ed84)]
  expect(
    [0, 1, 2].map(n => {
      select.write(n)
      return size.read()
    }),
  ).toEqual([0xf00fe019, 0xf01fe009, 0])
})
