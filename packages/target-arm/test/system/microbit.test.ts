/** The micro:bit's flash: loaded, erased, written, executed; what the loader may fill. */
import { describe, expect, test } from 'vitest'
import { halves, machineFor, words } from './machine.ts'

const vectors = [0, words(0x20001000, 0x101)] as const
const nvmc = 0x4001e000

const loop = [0x100, halves(0xe7fe)] as const

function open(
  more: readonly (readonly [number, Uint8Array])[] = [],
  tier: 0 | 1 | 'oracle' = 0,
  code: readonly [number, Uint8Array] = loop,
) {
  const machine = machineFor('microbit', [vectors, code, ...more], tier, b => b, 10)
  const device = machine.memory.device(BigInt(nvmc))?.device
  if (!device) throw new Error('no flash controller')
  const word = (address: number): number => {
    const bytes = machine.readPhysical(BigInt(address), 4) ?? new Uint8Array(4)
    return new DataView(bytes.buffer).getUint32(0, true)
  }
  return { machine, word, nvmc: (offset: number, value: number) => device.write(offset, 4, value) }
}

test('UICR and FICR are flash that the loader fills; the rest of flash is erased', () => {
  const { word } = open([[0x100010c0, words(0x17ee1234)]])
  const at = [0x100010c0, 0x100010c4, 0x10000010, 0x10000014, 0x3fffc]
  expect(at.map(word)).toEqual([0x17ee1234, 0xffffffff, 0x400, 0x100, 0xffffffff])
})

test('pages are erased and UICR with all', () => {
  const { word, nvmc } = open([
    [0x800, words(1, 2)],
    [0xc00, words(3)],
    [0x10001014, words(5)],
  ])
  nvmc(0x508, 0x800)
  expect(word(0x800)).toBe(1) // not enabled
  nvmc(0x504, 2)
  nvmc(0x508, 0x804)
  expect([0x800, 0x804, 0xc00].map(word)).toEqual([0xffffffff, 0xffffffff, 3])
  nvmc(0x514, 1)
  expect(word(0x10001014)).toBe(0xffffffff)
  nvmc(0x50c, 1)
  expect([0xc00, 0].map(word)).toEqual([0xffffffff, 0xffffffff])
})

/**
 * Writes a function over one that has run: calls 0x800 (movs r0, #1; bx lr), erases the page, writes movs r0, #2; bx lr
 * with a store that clears bits twice, calls again; r4 and r5 keep the answers.
 */
const program = halves(
  ...[0x4c08, 0x47a0, 0x0005], // ldr r4, =0x801; blx r4; movs r5, r0
  ...[0x4a08, 0x2302, 0x6013], // ldr r2, =NVMC CONFIG; movs r3, #2; str r3, [r2]
  ...[0x3c01, 0x6054], // subs r4, #1; str r4, [r2, #4] (erase)
  ...[0x6010, 0x2301, 0x6013], // str r0, [r2]; movs r3, #1; str r3, [r2] (write)
  ...[0x4b05, 0x6023], // ldr r3, =code; str r3, [r4]
  ...[0x3401, 0x47a0, 0xe7fe], // adds r4, #1; blx r4; b .
)
describe.each([0, 1, 'oracle'] as const)('tier %s', tier => {
  test('code that the guest writes into flash runs', () => {
    const { machine, word } = open(
      [
        [0x124, words(0x801, nvmc + 0x504, 0x47702002)],
        [0x800, words(0x47702001)],
      ],
      tier,
      [0x100, program],
    )
    machine.run(10_000)
    const [cpu] = machine.cpus
    const register = (name: string) => cpu && machine.target.registers.find(r => r.name === name)?.read(cpu)
    expect([register('r5'), register('r0')]).toEqual([1n, 2n])
    expect(word(0x800)).toBe(0x47702002)
  })
})

test('sizes of RAM', () => {
  const size = (bytes: number) => () =>
    machineFor('microbit', [vectors, loop], 0, b => ({
      ...b,
      build: (host, options) => b.build(host, { ...options, memoryBytes: bytes }),
    }))
  expect(size(32 * 1024)().memory.regions.find(r => r.name === 'SRAM')?.size).toBe(32 * 1024)
  expect(size(1000)).toThrow('multiple of 4 KiB')
})
