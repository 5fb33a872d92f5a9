import { expect, test } from 'vitest'
import { VirtioMmio } from '../../src/index.ts'

test('an empty transport: magic, version 2, device 0, vendor; nothing else, and nothing to write', () => {
  const transport = new VirtioMmio()
  const words = (): number[] => Array.from({ length: 128 }, (_, i) => transport.read(4 * i, 4))
  expect(words().slice(0, 4)).toEqual([0x74726976, 2, 0, 0x554d4551])
  expect(
    words()
      .slice(4)
      .every(word => word === 0),
  ).toBe(true)
  const before = words()
  for (let offset = 0; offset < transport.size; offset += 4) transport.write()
  expect([words(), transport.size]).toEqual([before, 512])
  expect([transport.read(0, 1), transport.read(3, 1), transport.read(14, 2)]).toEqual([0x76, 0x74, 0x554d])
})
