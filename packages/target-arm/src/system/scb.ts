/** The system control block and its neighbours (Armv7-M ARM, B3.2): one reader and one writer for each word. */
import { Exception } from '../causes.ts'
import { S } from '../state.ts'
import { Scr, type System } from './system.ts'

/** A word of the system control space. */
interface Register {
  readonly read?: (s: System) => number
  /** `mask`: the bytes that are written; without `bytes` it is all of them. */
  readonly write?: (s: System, value: number, mask: number) => void
  /** Bytes and halfwords can be written. */
  readonly bytes?: boolean
  /** Armv6-M has it too. */
  readonly baseline?: boolean
}

/** AIRCR. */
const vectorKey = { write: 0x05fa, read: 0xfa05 } as const
const resetRequest = 1 << 2
/** DEMCR: VC_…, MON_EN, MON_PEND, MON_REQ, TRCENA; there is no MON_STEP. Only MON_EN and MON_PEND have an effect. */
const Demcr = { catches: 0x7f1, enable: 1 << 16, pending: 1 << 17, request: 1 << 19, trace: 1 << 24 } as const
/** Vectors are aligned to this many bytes at least. */
const vectorMask = ~0x7f

/** Bits of SHCSR: active, pending, enabled. */
const shcsrActive: readonly [bit: number, exception: number][] = [
  [0, Exception.memManage],
  [1, Exception.busFault],
  [3, Exception.usageFault],
  [7, Exception.svc],
  [8, Exception.debugMonitor],
  [10, Exception.pendSv],
  [11, Exception.sysTick],
]
const shcsrPending: readonly [bit: number, exception: number][] = [
  [12, Exception.usageFault],
  [13, Exception.memManage],
  [14, Exception.busFault],
  [15, Exception.svc],
]
const shcsrEnabled: readonly [bit: number, exception: number][] = [
  [16, Exception.memManage],
  [17, Exception.busFault],
  [18, Exception.usageFault],
]

/** ICSR (B3.2.4). */
function readIcsr({ nvic, cpu }: System): number {
  let value = cpu.get32(S.ipsr) | (nvic.best << 12)
  const bit = (on: boolean, n: number): void => {
    if (on) value |= 1 << n
  }
  const onlyOne = nvic.nesting === 0 || (nvic.nesting === 1 && nvic.isActive(cpu.get32(S.ipsr)))
  bit(onlyOne && !nvic.baseline, 11)
  for (let n: number = Exception.external; n < nvic.count; n++) bit(nvic.isPending(n), 22)
  bit(nvic.isPending(Exception.sysTick), 26)
  bit(nvic.isPending(Exception.pendSv), 28)
  bit(nvic.isPending(Exception.nmi), 31)
  return value
}
function writeIcsr(s: System, value: number): void {
  const on = (bit: number): boolean => (value & (1 << bit)) !== 0
  if (on(31)) s.pend(Exception.nmi)
  if (on(28)) s.pend(Exception.pendSv)
  else if (on(27)) s.pend(Exception.pendSv, false)
  if (on(26)) s.pend(Exception.sysTick)
  else if (on(25)) s.pend(Exception.sysTick, false)
}

function writeAircr(s: System, value: number): void {
  if (value >>> 16 !== vectorKey.write) return
  s.nvic.priorityGroup = (value >>> 8) & 7
  s.nvicChanged()
  if (value & resetRequest) s.cpu.machine.host.reset()
}

/** A word of four priorities; 0: no exception there. */
function priorityWord(...exceptions: readonly number[]): Register {
  return {
    bytes: true,
    baseline: true,
    read: ({ nvic }) => exceptions.reduce((word, n, i) => word | (n && nvic.priority(n) << (8 * i)), 0),
    write: (s, value, mask) => {
      exceptions.forEach((n, i) => {
        if (n && mask & (0xff << (8 * i))) s.nvic.setPriority(n, (value >>> (8 * i)) & 0xff)
      })
      s.nvicChanged()
    },
  }
}

function readShcsr({ nvic }: System): number {
  let value = 0
  for (const [bit, n] of shcsrActive) if (nvic.isActive(n)) value |= 1 << bit
  for (const [bit, n] of shcsrPending) if (nvic.isPending(n)) value |= 1 << bit
  for (const [bit, n] of shcsrEnabled) if (nvic.isEnabled(n)) value |= 1 << bit
  return value
}
function writeShcsr(s: System, value: number): void {
  const on = (bit: number): boolean => (value & (1 << bit)) !== 0
  for (const [bit, n] of shcsrActive) s.nvic.setActive(n, on(bit))
  for (const [bit, n] of shcsrPending) s.pend(n, on(bit))
  for (const [bit, n] of shcsrEnabled) s.nvic.setEnabled(n, on(bit))
  s.nvicChanged()
}

function writeDemcr(s: System, value: number): void {
  s.state.debugControl = value & (Demcr.catches | Demcr.enable | Demcr.request | Demcr.trace)
  s.nvic.setEnabled(Exception.debugMonitor, (value & Demcr.enable) !== 0)
  s.pend(Exception.debugMonitor, (value & Demcr.pending) !== 0)
}

/** A slot of the state. */
const slot = (offset: number, mask: number, after?: (s: System) => void): Register => ({
  read: s => s.cpu.get32(offset),
  write: (s, value) => {
    s.cpu.set32(offset, value & mask)
    after?.(s)
  },
})
/** Floating-point registers exist with an FPU only. */
const floatSlot = (offset: number, mask: number): Register => {
  const plain = slot(offset, mask, s => s.update())
  return { ...plain, write: (s, value) => s.core.fpu !== 'none' && plain.write?.(s, value, -1) }
}
const constant = (read: (s: System) => number): Register => ({ read, baseline: true })

/** CCSIDR of the cache that CSSELR names: bit 0 tells instructions from data, above is the level. */
function readCacheSize({ core, state }: System): number {
  return core.caches?.ccsidr[state.cacheSelection] ?? 0
}

const registers: ReadonlyMap<number, Register> = new Map<number, Register>([
  [0x004, { read: s => Math.ceil((s.nvic.count - Exception.external) / 32) - 1 }],
  [
    0x008,
    {
      read: s => s.state.auxiliary,
      write: (s, value) => {
        s.state.auxiliary = value & s.core.auxiliary
      },
    },
  ],
  [
    0x010,
    {
      baseline: true,
      read: s => s.sysTick.readControl(),
      write: (s, value) => s.sysTick.writeControl(value),
    },
  ],
  [0x014, { baseline: true, read: s => s.sysTick.reload, write: (s, value) => s.sysTick.writeReload(value) }],
  [0x018, { baseline: true, read: s => s.sysTick.readCurrent(), write: s => s.sysTick.writeCurrent() }],
  [0x01c, constant(s => s.sysTick.calibration)],
  [0xd00, constant(s => s.core.cpuid)],
  [0xd04, { baseline: true, read: readIcsr, write: writeIcsr }],
  [
    0xd08,
    {
      baseline: true,
      read: s => s.state.vectorTable,
      write: (s, value) => {
        if (s.core.vectorOffset) s.state.vectorTable = (value & vectorMask) >>> 0
      },
    },
  ],
  [
    0xd0c,
    { baseline: true, read: s => (vectorKey.read << 16) | (s.nvic.priorityGroup << 8), write: writeAircr },
  ],
  [
    0xd10,
    {
      baseline: true,
      read: s => s.state.scr,
      write: (s, value) => {
        s.state.scr = value & (Scr.sleepOnExit | Scr.sleepDeep | Scr.eventOnPending)
      },
    },
  ],
  [
    0xd14,
    {
      baseline: true,
      read: s => s.ccr,
      write: (s, value) => {
        const { writable } = s.core.ccr
        s.cpu.set32(S.ccr, (s.ccr & ~writable) | (value & writable))
        s.update()
      },
    },
  ],
  [
    0xd18,
    { ...priorityWord(Exception.memManage, Exception.busFault, Exception.usageFault), baseline: false },
  ],
  [0xd1c, priorityWord(0, 0, 0, Exception.svc)],
  [0xd20, priorityWord(Exception.debugMonitor, 0, Exception.pendSv, Exception.sysTick)],
  [0xd24, { read: readShcsr, write: writeShcsr }],
  [
    0xd28,
    {
      bytes: true,
      read: s => s.faults.state.cfsr,
      write: (s, value, mask) => {
        s.faults.state.cfsr &= ~(value & mask)
      },
    },
  ],
  [
    0xd2c,
    {
      read: s => s.faults.state.hfsr,
      write: (s, value) => {
        s.faults.state.hfsr &= ~value
      },
    },
  ],
  [
    0xd30,
    {
      read: s => s.faults.state.dfsr,
      write: (s, value) => {
        s.faults.state.dfsr &= ~value
      },
    },
  ],
  [
    0xd34,
    {
      read: s => s.faults.state.mmfar,
      write: (s, value) => {
        s.faults.state.mmfar = value
      },
    },
  ],
  [
    0xd38,
    {
      read: s => s.faults.state.bfar,
      write: (s, value) => {
        s.faults.state.bfar = value
      },
    },
  ],
  [0xd78, { read: s => s.core.caches?.clidr ?? 0 }],
  [0xd7c, { read: s => s.core.caches?.ctr ?? 0 }],
  [0xd80, { read: readCacheSize }],
  [
    0xd84,
    {
      read: s => s.state.cacheSelection,
      write: (s, value) => {
        if (s.core.caches) s.state.cacheSelection = value & 15
      },
    },
  ],
  [0xd88, floatSlot(S.cpacr, 0x00f00000)],
  [
    0xdfc,
    {
      read: s => s.state.debugControl | (s.nvic.isPending(Exception.debugMonitor) ? Demcr.pending : 0),
      write: writeDemcr,
    },
  ],
  [
    0xf00,
    {
      write: (s, value) => s.pend(Exception.external + (value & 0x1ff)),
    },
  ],
  [0xf34, floatSlot(S.fpccr, 0xc000017b)],
  [0xf38, floatSlot(S.fpcar, ~7)],
  [0xf3c, floatSlot(S.fpdscr, 0x07c00000)],
  ...[0, 1, 2].map((i): [number, Register] => [0xf40 + 4 * i, { read: s => s.core.mvfr[i] as number }]),
  ...Array.from({ length: 14 }, (_, i): [number, Register] => [
    0xd40 + 4 * i,
    { read: s => s.core.ids[i] ?? 0 },
  ]),
  ...[0, 0xb0, 0x0b, 0, 0x0d, 0xe0, 0x05, 0xb1].map((value, i): [number, Register] => [
    0xfe0 + 4 * i,
    constant(() => value),
  ]),
])

const registerOf = (s: System, offset: number): Register | undefined => {
  const found = registers.get(offset)
  return found?.baseline || !s.core.baseline ? found : undefined
}

/** The word at an offset of the system control space; 0 where nothing is. */
export function readScb(s: System, offset: number): number {
  return registerOf(s, offset)?.read?.(s) ?? 0
}
export function writeScb(s: System, offset: number, value: number, mask: number): void {
  const register = registerOf(s, offset)
  if (mask === -1 || register?.bytes) register?.write?.(s, value, mask)
}
