/** Accesses to guest memory in every tier: byte orders, page borders, faults, other privileges, read-modify-writes. */

import { type Width, widthBytes } from '@guestscope/codegen'
import { Machine, type MemEvent } from '@guestscope/core'
import { PluginHost } from '@guestscope/plugin-host'
import { describe, expect, test, vi } from 'vitest'
import { bare } from '../../src/bare.ts'
import {
  type AccessOp,
  AccessToy,
  type AccessToyOptions,
  accessFaults,
  accessInsn,
  accessToy,
  accessWindow,
  PageRight,
} from '../../src/toy/access-toy.ts'
import { Toy, toy, toyBoard, toyRam } from '../../src/toy/toy.ts'
import { ways } from '../plugins/run.ts'

const { read, write, user } = PageRight
const deviceBase = 0x20000n
/** Pages of the window: neighbours there, not in memory. */
const mapping: readonly number[] = [
  0x5000 | read | write,
  0x9000 | read | write,
  0x7000 | read,
  0,
  0xb000 | read | write | user,
  Number(deviceBase) | read | write | user,
  0xd000 | read | write,
  0x1000 | read | write, // the program
  0xe000 | read | write,
]
const page = (n: number): bigint => accessWindow + BigInt(n << 12)

interface Setting extends AccessToyOptions {
  readonly name: string
}
const settings: readonly Setting[] = [
  { name: 'little endian' },
  { name: 'little endian, flat', flat: true },
  { name: 'big endian', order: 'big' },
  { name: 'big endian, flat', order: 'big', flat: true },
]

type Way = (typeof ways)[number][1]

interface Ran {
  readonly machine: Machine
  readonly reg: (n: number) => bigint
  readonly ram: (physical: number, length: number) => Uint8Array
  readonly device: string[]
}

/** Runs a program with r1 … as given; `prepare` comes before. */
function run(
  way: Way,
  setting: AccessToyOptions,
  code: readonly number[],
  registers: Readonly<Record<number, bigint>>,
  prepare: (machine: Machine) => void = () => {},
): Ran {
  const device: string[] = []
  const machine = new Machine({
    target: accessToy(setting),
    board: toyBoard([...code], () => [
      {
        base: deviceBase,
        device: {
          name: 'log',
          size: 0x1000,
          read: (offset, size) => {
            device.push(`read ${offset} ${size}`)
            return 0x8899aabb >>> (32 - 8 * size)
          },
          write: (offset, size, value) => void device.push(`write ${offset} ${size} ${value.toString(16)}`),
        },
      },
    ]),
    memoryBytes: 0x10000,
    cpus: 1,
    ...bare,
    ...way,
  })
  const [cpu] = machine.cpus
  if (!cpu) throw new Error('no cpu')
  mapping.forEach((entry, n) => cpu.set64(AccessToy.page(n), BigInt(entry)))
  for (const [n, value] of Object.entries(registers)) cpu.set64(Toy.R(Number(n)), value)
  // Something everywhere.
  machine.writePhysical(
    0x5000n,
    Uint8Array.from({ length: 0xb000 }, (_, i) => Math.imul(i, 0x9e37) >>> 8),
  )
  prepare(machine)
  for (let i = 0; machine.run(1000) === 'running'; i++)
    if (i > 1000) throw new Error('the program does not end')
  return {
    machine,
    reg: n => cpu.get64(Toy.R(n)),
    ram: (physical, length) => machine.readPhysical(BigInt(physical), length) as Uint8Array,
    device,
  }
}

const rounds = 20
/** r7 rounds of a body of up to 120 instructions; r6 counts. */
const loop = (body: readonly number[]): number[] => [
  ...body,
  ...toy('addi', 6, 6, 1),
  ...toy('bne', 6, 7, -(body.length / 4) - 1),
  ...toy('halt'),
]

/** What accesses mean, byte by byte. */
class Model {
  readonly #view: DataView
  readonly #little: boolean
  /** Two neighbouring pages. */
  readonly bytes = new Uint8Array(0x2000)
  constructor(order: 'big' | undefined) {
    const { bytes } = this
    this.#view = new DataView(bytes.buffer)
    this.#little = order !== 'big'
  }
  load(at: number, width: Width): bigint {
    const bits = 8 * widthBytes[width]
    let value = 0n
    for (let i = 0; i < widthBytes[width]; i++) {
      const byte = BigInt(this.#view.getUint8(at + i))
      value |= byte << BigInt(8 * (this.#little ? i : widthBytes[width] - 1 - i))
    }
    return width.endsWith('s') ? BigInt.asIntN(bits, value) : value
  }
  store(at: number, width: Width, value: bigint): void {
    for (let i = 0; i < widthBytes[width]; i++) {
      const place = this.#little ? i : widthBytes[width] - 1 - i
      this.#view.setUint8(at + i, Number((value >> BigInt(8 * place)) & 0xffn))
    }
  }
}

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x)
const loads: readonly Width[] = ['8s', '8u', '16s', '16u', '32s', '32u', '64']
const stores: readonly Width[] = ['8u', '16u', '32u', '64']
const modifies: readonly Width[] = ['16u', '32s', '64']
const step = 0x9e3779b97f4a7c15n

describe.each(settings)('$name', setting => {
  describe.each(ways)('%s', (name, way) => {
    test.each([
      ['the border of two pages', 0],
      ['the middle of a page', 0x800],
    ])('all widths at all distances from %s', (_, middle) => {
      const body: number[] = []
      const distances = Array.from({ length: 12 }, (_, i) => i - 10)
      const model = new Model(setting.order)
      for (const imm of distances) {
        for (const w of stores) body.push(...toy('add', 1, 4), ...accessInsn(`s${w}`, 1, 8, imm))
        for (const w of loads) body.push(...accessInsn(`l${w}`, 2, 8, imm), ...toy('add', 3, 2))
        for (const w of modifies) body.push(...accessInsn(`m${w}`, 2, 8, imm), ...toy('add', 3, 2))
      }
      // Rounds come by a jump: r5 holds the start.
      const program = [
        ...body,
        ...toy('addi', 6, 6, 1),
        ...toy('bne', 6, 7, 2),
        ...toy('halt'),
        ...toy('jr', 0, 5),
      ]
      const base = page(1) + BigInt(middle)
      let linear: ReturnType<typeof vi.spyOn> | undefined
      const { reg, ram } = run(
        way,
        setting,
        program,
        { 4: step, 5: toyRam, 7: BigInt(rounds), 8: base },
        machine => {
          model.bytes.set(machine.readPhysical(0x5000n, 0x1000) as Uint8Array, 0)
          model.bytes.set(machine.readPhysical(0x9000n, 0x1000) as Uint8Array, 0x1000)
          linear = vi.spyOn(machine.memory, 'linear')
        },
      )
      let [r1, r3] = [0n, 0n]
      for (let round = 0; round < rounds; round++) {
        for (const imm of distances) {
          const at = 0x1000 + middle + imm
          for (const w of stores) {
            r1 = u64(r1 + step)
            model.store(at, w, r1)
          }
          for (const w of loads) r3 = u64(r3 + model.load(at, w))
          for (const w of modifies) {
            const old = model.load(at, w)
            model.store(at, w, old + r1)
            r3 = u64(r3 + old)
          }
        }
      }
      expect([reg(1), reg(3)]).toEqual([r1, r3])
      expect(Buffer.compare(ram(0x5000, 0x1000), model.bytes.subarray(0, 0x1000))).toBe(0)
      expect(Buffer.compare(ram(0x9000, 0x1000), model.bytes.subarray(0x1000))).toBe(0)
      // JavaScript asks this for every access that it makes itself (crossings alone: 60 in a round), and at samples.
      if (!name.includes('stress')) expect(linear?.mock.calls.length).toBeLessThan(10 * rounds)
    })

    test('accesses that fault name the page that faults, and change nothing', () => {
      const cases: readonly (readonly [AccessOp, rs: number, imm: number, cause: number, value: bigint])[] = [
        ['s64', 9, -4, accessFaults.store, page(2)],
        ['s16u', 9, -1, accessFaults.store, page(2)],
        ['m64', 9, -4, accessFaults.store, page(2)],
        ['m32s', 9, 0, accessFaults.store, page(2)],
        ['s64', 10, -4, accessFaults.store, page(3) - 4n],
        ['m32s', 10, 8, accessFaults.store, page(3) + 8n],
        ['l64', 10, -4, accessFaults.load, page(3)],
        ['l64', 11, -4, accessFaults.load, page(4) - 4n],
        ['ul64', 8, 0, accessFaults.load, page(0)],
        ['us32u', 8, 0, accessFaults.store, page(0)],
        ['um32s', 8, 0, accessFaults.store, page(0)],
        ['ul64', 12, -4, accessFaults.load, page(6)],
      ]
      // Neighbours that do not fault.
      const fine: readonly (readonly [AccessOp, rs: number, imm: number])[] = [
        ['s64', 9, -8],
        ['l64', 9, -4],
        ['l64', 8, 0],
      ]
      const body = [...fine, ...cases].flatMap(([op, rs, imm]) => accessInsn(op, 2, rs, imm))
      const code = [...loop(body), ...toy('addi', 3, 3, 1), ...toy('ret')]
      const log: string[] = []
      let before: Uint8Array = new Uint8Array()
      const { reg, ram } = run(
        way,
        setting,
        code,
        { 1: -1n, 7: BigInt(rounds), ...Object.fromEntries([0, 2, 3, 4, 6].map((n, i) => [8 + i, page(n)])) },
        machine => {
          machine.cpus[0]?.set64(Toy.vector, toyRam + BigInt(code.length - 8))
          machine.instrumentation = {
            translates: false,
            discons: true,
            translate: () => undefined,
            discon: (cpu, cause) => log.push(`${cause} ${cpu.get64(AccessToy.value).toString(16)}`),
          }
          machine.writePhysical(0x9ff8n, machine.readPhysical(0x5000n, 8) as Uint8Array)
          before = machine.readPhysical(0x5000n, 0xb000) as Uint8Array
        },
      )
      const once = cases.map(([, , , cause, value]) => `${cause} ${value.toString(16)}`)
      expect(log).toEqual(Array.from({ length: rounds }, () => once).flat())
      expect(reg(3)).toBe(BigInt(rounds * cases.length))
      expect(Buffer.compare(ram(0x5000, 0xb000), before), 'nothing but what was there is stored').toBe(0)
    })

    test('a user reaches what is a user’s, with and without the right of the CPU itself', () => {
      const body = [
        ...accessInsn('us64', 6, 8),
        ...accessInsn('um64', 2, 8),
        ...accessInsn('ul32s', 3, 8, 4),
        ...accessInsn('l64', 4, 8),
      ]
      const { reg } = run(way, setting, loop(body), { 1: 1n << 32n, 7: BigInt(rounds), 8: page(4) + 16n })
      const last = BigInt(rounds - 1)
      expect([reg(2), reg(4)]).toEqual([last, last + (1n << 32n)])
      expect(reg(3)).toBe(setting.order ? last : 1n)
    })

    test('a device gets and gives bytes in the order of memory', () => {
      const body = [
        ...accessInsn('s32u', 1, 8, 8),
        ...accessInsn('l32u', 2, 8, 12),
        ...accessInsn('l16s', 3, 8, 2),
        ...accessInsn('m32s', 4, 8, 16),
        ...accessInsn('s64', 1, 8, -4),
        ...accessInsn('l64', 5, 8, -4),
      ]
      const { reg, ram, device } = run(way, setting, loop(body), {
        1: 0x0102030405060708n,
        7: BigInt(rounds),
        8: page(5),
      })
      const big = setting.order !== undefined
      const sum = big ? 0xbbaa9988n + 0x05060708n : 0x8899aabbn + 0x05060708n
      const swapped = (value: bigint): string =>
        Buffer.from(value.toString(16).padStart(8, '0'), 'hex').reverse().toString('hex').replace(/^0+/, '')
      const asStored = (value: bigint): string => (big ? swapped(value) : value.toString(16))
      expect(device).toEqual(
        Array.from({ length: rounds }, () => [
          `write 8 4 ${asStored(0x05060708n)}`,
          'read 12 4',
          'read 2 2',
          'read 16 4',
          `write 16 4 ${asStored(BigInt.asUintN(32, sum))}`,
          `write 0 4 ${asStored(big ? 0x05060708n : 0x01020304n)}`,
          'read 0 4',
        ]).flat(),
      )
      expect(reg(2)).toBe(big ? 0xbbaa9988n : 0x8899aabbn)
      expect(BigInt.asIntN(64, reg(3))).toBe(big ? BigInt.asIntN(16, 0x9988n) : BigInt.asIntN(16, 0x8899n))
      expect(BigInt.asIntN(64, reg(4))).toBe(BigInt.asIntN(32, big ? 0xbbaa9988n : 0x8899aabbn))
      expect(reg(5)).toBe(big ? 0x01020304bbaa9988n : 0x8899aabb05060708n)
      expect([...ram(0xbffc, 4)]).toEqual(big ? [1, 2, 3, 4] : [8, 7, 6, 5])
    })

    test('stores across pages into code are noticed', () => {
      const target = page(7) // the page of the program; its first word is the instruction that changes
      const body = [
        ...toy('addi', 2, 2, 1),
        ...toy('add', 1, 4),
        ...accessInsn('s64', 1, 8, -4), // half in the page before, half the first instruction
        ...toy('addi', 6, 6, 1),
        ...toy('bne', 6, 7, -4),
        ...toy('halt'),
      ]
      const one = BigInt(Buffer.from(toy('addi', 2, 2, 1)).readUInt32LE(0))
      const bigOne = BigInt(Buffer.from(toy('addi', 2, 2, 1)).readUInt32BE(0))
      // The immediate is the highest byte of a little-endian word, the lowest of a big-endian one.
      const [start, add] = setting.order ? [bigOne, 1n] : [one << 32n, 1n << 56n]
      const few = 30n
      const { reg } = run(way, setting, body, { 1: start, 4: add, 7: few, 8: target })
      expect(reg(2)).toBe((few * (few + 1n)) / 2n)
    })

    test('plugins see what the guest sees', () => {
      const seen: string[] = []
      const body = [
        ...accessInsn('s32u', 1, 8, -2),
        ...accessInsn('l16s', 2, 8, -1),
        ...accessInsn('m32s', 3, 8, 4),
        ...accessInsn('ul64', 4, 9),
      ]
      const bytes = 0x12345678n
      let host: PluginHost | undefined
      run(way, setting, loop(body), { 1: bytes, 7: 10n, 8: page(1), 9: page(4) }, machine => {
        machine.writePhysical(0x9004n, new Uint8Array(4))
        machine.writePhysical(0xb000n, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))
        host = new PluginHost(machine, {
          output: () => {},
          openOutput: () => ({ write: () => {} }),
          onError: ({ error }) => {
            throw error
          },
        })
        const see = (e: MemEvent): void =>
          void seen.push(
            `${e.isStore ? 'store' : 'load'} ${e.size} ${e.address.toString(16)} ${e.value.toString(16)}`,
          )
        host.install({
          name: 'test',
          description: '',
          apiVersion: 1,
          install: api => api.onTranslate(tb => tb.insns.forEach(insn => void insn.onMemory('both', see))),
        })
      })
      const lines = Array.from({ length: 10 }, (_, k) => [
        `store 4 400ffe 12345678`,
        `load 2 400fff 3456`,
        `load 4 401004 ${(bytes * BigInt(k)).toString(16)}`,
        `store 4 401004 ${(bytes * BigInt(k + 1)).toString(16)}`,
        `load 8 404000 ${setting.order ? '102030405060708' : '807060504030201'}`,
      ])
      expect(seen).toEqual(lines.flat())
      expect(host).toBeDefined()
    })
  })
})
