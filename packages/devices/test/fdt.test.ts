import { expect, test } from 'vitest'
import { buildFdt } from '../src/index.ts'

const hex = (bytes: Uint8Array): string => [...bytes].map(b => b.toString(16).padStart(2, '0')).join('')

test('a small tree, byte by byte', () => {
  const blob = buildFdt(
    {
      name: '',
      properties: { a: 1 },
      children: [{ name: 'n@1', properties: { b: 'xy', a: [0x123456789an, 2], c: true, d: undefined } }],
    },
    { bootCpu: 3, reserved: [{ address: 0x80000000n, size: 0x1000n }] },
  )
  const words = hex(blob).match(/.{8}/g)
  expect(words).toEqual([
    // Header: magic, size, structure, strings, reservations, version, compatible, boot CPU, sizes of strings, structure
    ...['d00dfeed', '000000b0', '00000048', '000000a8', '00000028', '00000011', '00000010', '00000003'],
    ...['00000006', '00000060'],
    // Reservations
    ...['00000000', '80000000', '00000000', '00001000', '00000000', '00000000', '00000000', '00000000'],
    // Root, a = <1>
    ...['00000001', '00000000', '00000003', '00000004', '00000000', '00000001'],
    // n@1, b = "xy"
    ...['00000001', '6e403100', '00000003', '00000003', '00000002', '78790000'],
    // a = <0x12 0x3456789a 2>, c
    ...['00000003', '0000000c', '00000000', '00000012', '3456789a', '00000002'],
    ...['00000003', '00000000', '00000004'],
    // Ends
    ...['00000002', '00000002', '00000009'],
    // Strings: a, b, c
    ...['61006200', '63000000'],
  ])
})

test('texts, bytes, large cells', () => {
  const blob = hex(buildFdt({ name: '', properties: { t: ['a', 'bc'], y: Uint8Array.of(1), z: 0xffffffff } }))
  expect(blob).toContain('00000003' + '00000005' + '00000000' + '61006263' + '00000000')
  expect(blob).toContain('00000003' + '00000001' + '00000002' + '01000000')
  expect(blob).toContain('00000003' + '00000004' + '00000004' + 'ffffffff')
})

test('names that the format cannot hold are refused', () => {
  expect(() => buildFdt({ name: '', children: [{ name: 'a/b' }] })).toThrow('not a device tree name: "a/b"')
  expect(() => buildFdt({ name: '', properties: { 'a b': 1 } })).toThrow('not a device tree name: "a b"')
})
