import type { Machine } from '@guestscope/core'
import { Access } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { decodeRegion, Mpu, type MpuAccess, MpuControl, permits, without } from '../../src/system/mpu.ts'
import { machineFor } from './machine.ts'

const on = MpuControl.enable
/** RASR of an enabled region: log2 of its size, AP, XN, disabled subregions. */
const rasr = (log2: number, ap: number, xn = 0, srd = 0): number =>
  (xn << 28) | (ap << 24) | (srd << 8) | ((log2 - 1) << 1) | 1

describe('decoding', () => {
  test('size and base', () => {
    expect(decodeRegion(0x20001fe0, rasr(5, 3))).toMatchObject({ base: 0x20001fe0, last: 0x20001fff })
    expect(decodeRegion(0x20001fe0, rasr(12, 3))).toMatchObject({ base: 0x20001000, last: 0x20001fff })
    expect(decodeRegion(0x20001fe0, rasr(32, 3))).toMatchObject({ base: 0, last: 0xffffffff })
  })
  test('off, or too small', () => {
    expect(decodeRegion(0, rasr(12, 3) & ~1)).toBeUndefined()
    expect(decodeRegion(0, rasr(4, 3))).toBeUndefined()
  })
})

describe('permissions', () => {
  const may = (ap: number, kind: MpuAccess, privileged: boolean, xn = 0): boolean => {
    const region = decodeRegion(0x20000000, rasr(12, ap, xn))
    return permits(region ? [region] : [], on, 0x20000010, kind, privileged)
  }
  test.each([
    [0, '----'],
    [1, 'rw--'],
    [2, 'rwr-'],
    [3, 'rwrw'],
    [5, 'r---'],
    [6, 'r-r-'],
    [7, 'r-r-'],
  ])('AP %i: %s', (ap, text) => {
    const shown = [true, false].flatMap(p => [
      may(ap, 'read', p) ? 'r' : '-',
      may(ap, 'write', p) ? 'w' : '-',
    ])
    expect(shown.join('')).toBe(text)
    expect(may(ap, 'fetch', false)).toBe(text[2] === 'r')
    expect(may(ap, 'fetch', false, 1)).toBe(false)
  })
})

describe('which region decides', () => {
  const all = decodeRegion(0x20000000, rasr(16, 3))
  const hole = decodeRegion(0x20000000, rasr(8, 0, 0, 0xfe))
  const regions = [all, hole].filter(r => r !== undefined)
  const read = (address: number, control: number = on, privileged = true): boolean =>
    permits(regions, control, address, 'read', privileged)

  test('the last one that covers the address; disabled subregions are not covered', () => {
    expect(read(0x20000000)).toBe(false)
    expect(read(0x2000001f)).toBe(false)
    expect(read(0x20000020)).toBe(true)
    expect(read(0x2000ffff)).toBe(true)
  })
  test('the background is for privileged code, if at all', () => {
    expect(read(0x30000000)).toBe(false)
    expect(read(0x30000000, on | MpuControl.defaultMap)).toBe(true)
    expect(read(0x30000000, on | MpuControl.defaultMap, false)).toBe(false)
  })
  test('nothing but the default map while it is off; nobody decides about the private bus', () => {
    expect(read(0x20000000, 0)).toBe(true)
    expect(permits(regions, 0, 0x40000000, 'fetch', true)).toBe(false)
    expect(read(0xe000e000, on, false)).toBe(true)
  })
})

test('what can be executed, and whether something has been lost', () => {
  const mpu = new Mpu(8, () => {})
  const write = (offset: number, value: number): void => mpu.write(offset, value)
  const before = mpu.executable(0, false)
  expect(before).toEqual([
    { base: 0, last: 0x3fffffff },
    { base: 0x60000000, last: 0x9fffffff },
  ])
  write(0x0c, 0x00000010) // region 0 at 0
  write(0x10, rasr(12, 6))
  write(0x0c, 0x00000111)
  write(0x10, rasr(8, 6, 1))
  const after = mpu.executable(on, false)
  expect(after).toEqual([
    { base: 0, last: 0xff },
    { base: 0x200, last: 0xfff },
  ])
  expect(without(after, before)).toEqual([])
  expect(without(before, after)).toEqual([
    { base: 0x100, last: 0x1ff },
    { base: 0x1000, last: 0x3fffffff },
    { base: 0x60000000, last: 0x9fffffff },
  ])
})

test('registers', () => {
  const mpu = new Mpu(8, () => {})
  expect(mpu.read(0)).toBe(0x800)
  mpu.write(0x0c, 0xffffffef | 0)
  expect([mpu.read(8), mpu.read(0x0c) >>> 0]).toEqual([0, 0xffffffe0]) // no VALID: the region stays
  mpu.write(0x0c, 0x20000013)
  expect([mpu.read(8), mpu.read(0x14) >>> 0]).toEqual([3, 0x20000003])
  mpu.write(0x0c, 0x2000001f) // no region 15
  expect(mpu.read(8)).toBe(3)
  mpu.write(8, 200)
  expect(mpu.read(8)).toBe(3)
  mpu.write(0x10, -1)
  expect(mpu.read(0x28)).toBe(0x173fff3f)
  mpu.write(4, -2)
  expect(mpu.read(4)).toBe(6)
})

/** The IR of `translate` says what `permits` says. */
test('translation agrees with the rules', () => {
  const machine: Machine = machineFor('mps2-an385')
  const [cpu] = machine.cpus
  if (!cpu) throw new Error('no CPU')
  const write = (offset: number, value: number): void => {
    const place = machine.memory.device(0xe000ed90n + BigInt(offset))
    place?.device.write(place.offset, 4, value >>> 0, 0)
  }
  const random = ((seed: number) => () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0
    return (seed >>> 8) & 0xffff
  })(7)
  const kinds: readonly (readonly [MpuAccess, number])[] = [
    ['read', Access.load],
    ['write', Access.store],
    ['fetch', Access.fetch],
  ]
  for (let round = 0; round < 60; round++) {
    const mpu = new Mpu(8, () => {})
    const both = (offset: number, value: number): void => {
      mpu.write(offset, value | 0)
      write(offset, value)
    }
    both(4, 0)
    for (let n = 0; n < 8; n++) {
      const log2 = 5 + (random() % 10)
      both(8, n)
      both(0x0c, 0x20000000 + (random() & 0x3fe0))
      both(0x10, rasr(log2, random() & 7, random() & 1, random() & random() & 0xff) & ~(random() % 3 ? 0 : 1))
    }
    both(4, on | (random() & 4))
    for (let i = 0; i < 60; i++) {
      const address = 0x20000000 + (random() & 0x5fff)
      for (const [kind, number] of kinds) {
        cpu.set32(72, 1) // Head.accessBytes
        const got = machine.engine.translate(cpu.base, BigInt(address), number) !== -1n
        expect([round, address.toString(16), kind, got]).toEqual([
          round,
          address.toString(16),
          kind,
          permits(mpu.regions, mpu.control, address, kind, true),
        ])
      }
    }
  }
})
