import { expect, test } from 'vitest'
import { virt64 } from '../../src/boards/virt.ts'
import { bus } from './bus.ts'
import { FakeHost } from './host.ts'
import { readRows } from './rows.ts'

test('devices of the virt board answer as on QEMU (registers.txt)', () => {
  const host = new FakeHost()
  const output: number[] = []
  const board = virt64.build(host, {
    memoryBytes: 2 ** 27,
    cpus: 2,
    console: { write: bytes => output.push(...bytes) },
    image: undefined,
    semihosting: false,
  })
  for (const { device } of board.devices) device.reset?.()
  const { read, write } = bus(board)
  const got: string[] = []
  const wanted: string[] = []
  for (const { line, operation, size, address, value } of readRows()) {
    if (operation === 'wait') host.advance(host.now + 100e6)
    else if (operation === 'write') write(address, size, value)
    else {
      const answer = operation === 'mip' ? BigInt(host.lines[0] ?? 0) : read(address, size)
      got.push(`line ${line}: ${answer.toString(16)}`)
      wanted.push(`line ${line}: ${value.toString(16)}`)
    }
  }
  expect(got).toEqual(wanted)
  expect(wanted.length).toBeGreaterThan(150)
  expect(output).toEqual([0x58])
})
