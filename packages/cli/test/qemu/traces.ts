/** What `mem` and `execlog` print, and what trace.c has recorded on QEMU, in one form: digests of it are compared. */
import { createHash } from 'node:crypto'

/** Number of lines and their digest. */
export type Digest = readonly [number, string]
export interface Digests {
  readonly accesses: Digest
  readonly insns: Digest
}

function digest(lines: readonly string[]): Digest {
  return [lines.length, createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)]
}

/** Those of a program for RISC-V `virt`: not of the boot ROM, nor what is beyond its RAM. */
const ofProgram = (pc: string): boolean => /^8.{7}$/.test(pc)
/** The store that ends the run. On QEMU some instructions follow. */
const isLast = (line: string): boolean => /,100000,4,store,0*5555$/.test(line)

/** Guests that store what counters of time say are compared without values. */
const untimed = (guest: string, line: string): string =>
  guest.startsWith('exceptions') ? line.replace(/,\w+$/, '') : line

/** From the outputs of `mem,print-accesses` and of `execlog`. */
export function ownDigests(guest: string, mem: string, execlog: string): Digests {
  const riscv = /-rv\d\d$/.test(guest)
  const accesses = mem
    .split('\n')
    .slice(1, -1)
    .map(line => line.split(','))
    .filter(([pc = '']) => !riscv || ofProgram(pc.slice(2)))
    .map(([pc, , address, physical, bits, type, value]) =>
      [pc, address, physical]
        .map(text => text?.slice(2))
        .concat(`${Number(bits) / 8}`, type, value?.slice(2)),
    )
    .map(fields => untimed(guest, fields.join(',')))
  const insns = execlog
    .split('\n')
    .map(line => /^0, 0x(\w+), 0x(\w+), ".*?"(.*)$/.exec(line))
    .filter(found => found !== null && (!riscv || ofProgram(found[1] as string)))
    .map(found => {
      const places = [...(found?.[3] ?? '').matchAll(/, (load|store), 0x0*(\w+), ([^,]+)/g)]
      const text = places.map(([, type, at, device]) => ` ${type} ${at} ${device === 'RAM' ? 'ram' : 'io'}`)
      return `${found?.[1]} ${found?.[2]}${text.join('')}`
    })
  return { accesses: digest(accesses), insns: digest(insns) }
}

/** From what trace.c has written. */
export function qemuDigests(guest: string, recorded: string): Digests {
  const riscv = /-rv\d\d$/.test(guest)
  const accesses: string[] = []
  const insns: string[] = []
  for (const line of recorded.split('\n').slice(1)) {
    const [pc = '', opcode = '', ...rest] = line.split(' ')
    if (riscv && !ofProgram(pc)) continue
    const found = accessesOf(rest, riscv && isAtomic(Number.parseInt(opcode, 16)), !riscv)
    insns.push(
      `${pc} ${opcode}${found.map(({ type, physical, where }) => ` ${type} ${physical} ${where}`).join('')}`,
    )
    for (const { type, address, physical, bytes, value } of found) {
      const digits = value.toString(16).padStart(2 * bytes, '0')
      accesses.push(untimed(guest, `${pc},${address},${physical},${bytes},${type},${digits}`))
    }
    if (found.some(({ type, physical, value }) => isLast(`,${physical},4,${type},${value.toString(16)}`)))
      break
  }
  return { accesses: digest(accesses), insns: digest(insns) }
}

interface Access {
  readonly type: 'load' | 'store'
  readonly address: string
  readonly physical: string
  readonly where: string
  readonly bytes: number
  readonly value: bigint
}

/**
 * Six words each. Two departures of QEMU: it shows the load of an atomic instruction whose store then faults, and where
 * the Arm architecture has two accesses (LDRD and the like) it has one.
 */
function accessesOf(words: readonly string[], atomic: boolean, split: boolean): Access[] {
  const found: Access[] = []
  for (let i = 0; i + 5 < words.length; i += 6) {
    const [kind, address = '', physical = '', where = '', bytes, value] = words.slice(i, i + 6)
    const whole: Access = {
      type: kind === 's' ? 'store' : 'load',
      address,
      physical,
      where,
      bytes: Number(bytes),
      value: BigInt(`0x${value}`),
    }
    if (split && whole.bytes === 8) found.push(...halves(whole))
    else found.push(whole)
  }
  return atomic && found.length === 1 ? [] : found
}

function halves(whole: Access): Access[] {
  const { address, physical, value } = whole
  const second = (text: string): string => (Number.parseInt(text, 16) + 4).toString(16)
  return [
    { ...whole, bytes: 4, value: value & 0xffff_ffffn },
    { ...whole, bytes: 4, value: value >> 32n, address: second(address), physical: second(physical) },
  ]
}

/** A read-modify-write instruction of RISC-V: neither LR nor SC. */
const isAtomic = (opcode: number): boolean =>
  (opcode & 0x7f) === 0x2f && ![2, 3].includes((opcode >>> 27) & 31)
