/** The NVIC's registers (Armv7-M ARM, B3.4.3 to B3.4.9): a bit, or a byte of priority, for each external interrupt. */
import { Exception } from '../causes.ts'
import type { System } from './system.ts'

/** Offsets in the system control space. */
const place = {
  setEnable: 0x100,
  clearEnable: 0x180,
  setPending: 0x200,
  clearPending: 0x280,
  active: 0x300,
} as const
const priorities = { first: 0x400, end: 0x5f0 } as const

export const isNvic = (offset: number): boolean => offset >= place.setEnable && offset < priorities.end

/** The bits of a word of such a register. */
function bits(system: System, offset: number, is: (n: number) => boolean): number {
  const first = Exception.external + 8 * (offset & 0x7c)
  let value = 0
  for (let i = 0; i < 32 && first + i < system.nvic.count; i++) if (is(first + i)) value |= 1 << i
  return value
}
function each(system: System, offset: number, value: number, act: (n: number) => void): void {
  const first = Exception.external + 8 * (offset & 0x7c)
  for (let i = 0; i < 32 && first + i < system.nvic.count; i++) if (value & (1 << i)) act(first + i)
}

/** The word at an offset of the system control space. */
export function readNvic(system: System, offset: number): number {
  const { nvic } = system
  if (offset >= priorities.first) {
    const first = Exception.external + offset - priorities.first
    return [0, 1, 2, 3].reduce((word, i) => word | (nvic.priority(first + i) << (8 * i)), 0)
  }
  if (offset >= place.active)
    return offset < 0x380 && !nvic.baseline ? bits(system, offset, n => nvic.isActive(n)) : 0
  return bits(system, offset, n => (offset >= place.setPending ? nvic.isPending(n) : nvic.isEnabled(n)))
}

/** `mask`: the bits of the word that are written. */
export function writeNvic(system: System, offset: number, value: number, mask: number): void {
  const { nvic } = system
  if (offset >= priorities.first) {
    const first = Exception.external + offset - priorities.first
    for (let i = 0; i < 4; i++)
      if (mask & (0xff << (8 * i))) nvic.setPriority(first + i, (value >>> (8 * i)) & 0xff)
  } else if (offset >= place.active) return
  else if (offset >= place.clearPending) each(system, offset, value, n => system.pend(n, false))
  else if (offset >= place.setPending) each(system, offset, value, n => system.pend(n))
  else each(system, offset, value, n => nvic.setEnabled(n, offset < place.clearEnable))
  system.nvicChanged()
}
