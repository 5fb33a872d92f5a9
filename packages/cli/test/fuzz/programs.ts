/**
 * Random programs that are hostile to an emulator rather than to its semantics: they set timers and interrupts by
 * chance, wait, reset, write anything anywhere, and make semihosting calls with wild lengths, round and round.
 */
import { below, bits32, type Random } from '@guestscope/testkit'

/** A raw binary and how to run it. */
export interface HostileGuest {
  readonly bytes: Uint8Array
  readonly args: readonly string[]
}

const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T

/** Numbers that counters, lengths and periods go wrong with. */
function wild(random: Random): number {
  const bit = 1 << below(random, 32)
  return pick(random, [
    0,
    1,
    2,
    3,
    below(random, 100),
    below(random, 5000),
    bit,
    bit - 1,
    -bit,
    -1,
    bits32(random),
  ])
}

/** Semihosting calls, those that take blocks most often. */
const operations = [
  1, 2, 3, 4, 5, 5, 5, 6, 6, 7, 8, 9, 0xa, 0xa, 0xc, 0xd, 0xe, 0xf, 0x10, 0x11, 0x15, 0x16, 0x18, 0x20, 0x31,
]

/** Bytes at `base` that serve as blocks of parameters: handles, addresses, lengths, and a name or two. */
function blocks(random: Random, base: number, wordBytes: 4 | 8): Uint8Array {
  const bytes = new Uint8Array(1024)
  const view = new DataView(bytes.buffer)
  const word = (): number =>
    pick(random, [1, 2, base + below(random, 1024), base - below(random, 4096), wild(random)]) >>> 0
  for (let at = 0; at < bytes.length; at += wordBytes) {
    view.setUint32(at, word(), true)
    if (wordBytes === 8) view.setUint32(at + 4, random() < 0.9 ? 0 : bits32(random), true)
  }
  bytes.set(new TextEncoder().encode(':tt\0'), 0)
  bytes.set(new TextEncoder().encode('file\0'), 16)
  return bytes
}

const riscvPlaces = [
  ...[0x100000, 0x2000000, 0x2004000, 0x2004000, 0x2004004, 0x200bff8, 0x200bffc],
  ...[0xc000000, 0xc000028, 0xc002000, 0xc200000, 0xc200004, 0xc001000],
  ...[0x10000000, 0x10000001, 0x10000002, 0x10000003, 0x10000004, 0x10001000, 0x10008000, 0x3000000],
]
const csrs = [
  0x300, 0x304, 0x305, 0x341, 0x344, 0x302, 0x303, 0x306, 0x180, 0x3a0, 0x3b0, 0xb00, 0x320, 0x104, 0x105,
]

/** For RISC-V's `virt`, in M mode, at the beginning of RAM. */
export function riscvGuest(random: Random, xlen: 32 | 64): HostileGuest {
  const base = 0x80000000
  const data = base + 0x1000
  const code: number[] = []
  const [t0, t1, a0, a1] = [5, 6, 10, 11]
  const li = (rd: number, value: number): void => {
    code.push((((value + 0x800) & 0xfffff000) | (rd << 7) | 0x37) >>> 0)
    code.push((((value & 0xfff) << 20) | (rd << 15) | (rd << 7) | (0x1b - (xlen === 32 ? 8 : 0))) >>> 0)
  }
  const jump = (to: number): void => {
    const by = 4 * (to - code.length)
    const imm = ((by & 0x100000) << 11) | ((by & 0x7fe) << 20) | ((by & 0x800) << 9) | (by & 0xff000)
    code.push((imm | 0x6f) >>> 0)
  }
  const place = (): number =>
    random() < 0.8
      ? pick(random, riscvPlaces) + 4 * below(random, 3)
      : random() < 0.5
        ? data + below(random, 512)
        : bits32(random)
  const statements: (() => void)[] = [
    () => {
      li(t0, place())
      li(t1, wild(random))
      code.push(((t1 << 20) | (t0 << 15) | (below(random, 3) << 12) | 0x23) >>> 0)
    },
    () => {
      li(t0, place())
      code.push(((t0 << 15) | (pick(random, [0, 1, 2, 4, 5]) << 12) | (t1 << 7) | 0x03) >>> 0)
    },
    () => {
      li(t1, random() < 0.5 ? base + 4 * below(random, 200) : wild(random))
      code.push(((pick(random, csrs) << 20) | (t1 << 15) | (1 << 12) | 0x73) >>> 0)
    },
    () => code.push(0x10500073), // wfi
    () => code.push(pick(random, [0x00000073, 0x00100073, 0, 0x30200073, 0x0000100f, 0x12000073])),
    () => {
      li(a0, pick(random, operations))
      li(a1, data + 8 * below(random, 64))
      code.push(0x01f01013, 0x00100073, 0x40705013)
    },
    () => jump(below(random, code.length + 1)),
    () => {
      // A timer that comes soon, and again and again.
      li(t0, 0x2004000)
      li(t1, below(random, 1000))
      code.push(((t1 << 20) | (t0 << 15) | (2 << 12) | 0x23) >>> 0)
      li(t1, 0)
      code.push(((t1 << 20) | (t0 << 15) | (2 << 12) | (4 << 7) | 0x23) >>> 0)
    },
  ]
  const weights = [5, 2, 3, 2, 1, 2, 1, 1]
  const bag = statements.flatMap((s, i) => Array<() => void>(weights[i] as number).fill(s))
  for (let i = 10 + below(random, 60); i > 0; i--) pick(random, bag)()
  jump(0)
  const bytes = new Uint8Array(0x1400)
  bytes.set(new Uint8Array(Uint32Array.from(code).buffer))
  bytes.set(blocks(random, data, xlen === 64 ? 8 : 4), 0x1000)
  const harts = pick(random, [1, 1, 2, 3])
  return {
    bytes,
    args: [
      '--raw',
      '0x80000000',
      '--target',
      `riscv${xlen}`,
      '--board',
      'virt',
      '--smp',
      `${harts}`,
      '-m',
      '8M',
    ],
  }
}

const system = [
  ...[
    0xe000e010, 0xe000e014, 0xe000e018, 0xe000e01c, 0xe000e100, 0xe000e180, 0xe000e200, 0xe000e280,
    0xe000e400,
  ],
  ...[
    0xe000ed04, 0xe000ed08, 0xe000ed0c, 0xe000ed10, 0xe000ed14, 0xe000ed18, 0xe000ed20, 0xe000ed24,
    0xe000ed28,
  ],
  ...[0xe000ed90, 0xe000ed94, 0xe000ed9c, 0xe000eda0, 0xe000ef34, 0xe000edfc, 0xe0001000, 0xe0001004],
]
const mps2 = [0x40000000, 0x40001000, 0x40002000, 0x40004000, 0x40005000, 0x40008000, 0x40010000, 0x4001f000]
const boards: Readonly<Record<string, readonly number[]>> = {
  'mps2-an385': mps2,
  'mps2-an386': mps2,
  'mps2-an500': mps2,
  lm3s6965evb: [
    ...[0x40000000, 0x40004000, 0x40008000, 0x4000c000, 0x40020000, 0x40030000, 0x40030000, 0x40031000],
    ...[0x40038000, 0x40048000, 0x400fd000, 0x400fe000],
  ],
  microbit: [
    ...[0x40000000, 0x40002000, 0x40003000, 0x40006000, 0x40007000, 0x40008000, 0x40008000, 0x40009000],
    ...[0x4000b000, 0x4000c000, 0x4000d000, 0x4001e000, 0x50000000],
  ],
}

/** For a Cortex-M board, at 0. */
export function armGuest(random: Random): HostileGuest {
  const board = pick(random, Object.keys(boards))
  const places = boards[board] as readonly number[]
  const [first, pool] = [0x100, 0x800]
  const data = 0x20000400
  const code: number[] = []
  const literals: number[] = []
  const ldr = (rd: number, value: number): void => {
    const at = (first + 2 * code.length + 4) & ~3
    const to = pool + 4 * literals.length
    if ((to - at) / 4 > 255) return void code.push(0x2000 | (rd << 8) | (value & 0xff)) // movs: too far away
    literals.push(value)
    code.push(0x4800 | (rd << 8) | ((to - at) / 4))
  }
  const place = (): number => {
    if (random() < 0.4) return pick(random, system)
    if (random() < 0.8) return pick(random, places) + 4 * below(random, 20)
    return random() < 0.5 ? data + below(random, 512) : bits32(random)
  }
  const statements: (() => void)[] = [
    () => {
      ldr(0, place())
      ldr(1, wild(random))
      code.push(pick(random, [0x6001, 0x6001, 0x6001, 0x8001, 0x7001]))
    },
    () => {
      ldr(0, place())
      code.push(pick(random, [0x6801, 0x8801, 0x7801]))
    },
    () => code.push(pick(random, [0xbf30, 0xbf30, 0xbf20, 0xbf40, 0xb662, 0xb672, 0xdf00, 0xde00])),
    () => {
      ldr(0, pick(random, operations))
      ldr(1, pick(random, [data, data + 8 * below(random, 64), first]))
      code.push(0xbeab)
    },
    () => {
      const by = below(random, code.length + 1) - code.length - 2
      code.push(0xe000 | (by & 0x7ff))
    },
    () => {
      // SysTick with its interrupt, or a reset.
      const reset = random() < 0.3
      ldr(0, reset ? 0xe000ed0c : 0xe000e010)
      ldr(1, reset ? 0x05fa0004 : pick(random, [1, 3, 5, 7]))
      code.push(0x6001)
    },
  ]
  const weights = [6, 2, 3, 2, 1, 1]
  const bag = statements.flatMap((s, i) => Array<() => void>(weights[i] as number).fill(s))
  for (let i = 10 + below(random, 60); i > 0; i--) pick(random, bag)()
  code.push(0xe000 | ((-code.length - 2) & 0x7ff))
  const bytes = new Uint8Array(0x2000)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x20001000, true)
  for (let i = 1; i < 64; i++)
    view.setUint32(
      4 * i,
      i === 1 ? first | 1 : (first + 2 * below(random, code.length)) | (random() < 0.95 ? 1 : 0),
      true,
    )
  bytes.set(new Uint8Array(Uint16Array.from(code).buffer), first)
  bytes.set(new Uint8Array(Int32Array.from(literals).buffer), pool)
  bytes.set(blocks(random, data, 4), 0x1000)
  return { bytes, args: ['--raw', '0', '--board', board] }
}

/** A guest by its seed, with options by chance. */
export function hostileGuest(random: Random): HostileGuest {
  const guest = random() < 0.5 ? riscvGuest(random, pick(random, [32, 64])) : armGuest(random)
  const sometimes = (share: number, ...args: string[]): string[] => (random() < share ? args : [])
  return {
    bytes: guest.bytes,
    args: [
      ...guest.args,
      ...['--tier', pick(random, ['0', '1', '1', '2', 'oracle'])],
      ...sometimes(0.7, '--semihosting'),
      ...sometimes(0.2, '--rate', pick(random, ['1', '1k', '1M', '25e6', '1e12'])),
      ...sometimes(0.3, '-p', pick(random, ['traps', 'bb', 'hotblocks', 'insn', 'mem', 'howvec', 'reset'])),
      ...sometimes(0.2, '--stats'),
      ...sometimes(0.1, '--hot', '3'),
    ],
  }
}
