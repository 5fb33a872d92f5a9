/** Blocks and instructions of `FakeRun`. */
import type {
  Condition,
  Flow,
  InsnHandle,
  InsnKind,
  Instrumentable,
  MemEvent,
  MemoryAccess,
  TbHandle,
  TraceBuffer,
} from '@guestscope/plugin-api'
import { type FakeRecord, FakeTrace } from './fake-trace.ts'

/** An instruction at an address; the last of a block ends it. */
export interface FakeInsn {
  readonly pc: bigint
  readonly bytes: readonly number[]
  /** Assembly text; `opN` if absent, N the first byte. */
  readonly text?: string
  readonly symbol?: string
  readonly group?: string
  readonly flow?: Flow
  readonly kind?: InsnKind
  readonly conditional?: boolean
}

/** A successful access; a load of 8 bytes of RAM unless it says otherwise. */
export interface FakeMemory {
  readonly address: bigint
  readonly physical?: bigint
  readonly size?: number
  readonly store?: boolean
  readonly value?: bigint
  /** Not RAM but this device, and where in it. */
  readonly device?: string
  readonly offset?: bigint
}

type Exec = (cpu: number) => void
type OnMemory = (event: MemEvent) => void

interface Hooks {
  readonly exec: Exec[]
  readonly memory: OnMemory[]
}

const holds: Readonly<Record<Condition, (a: bigint, b: bigint) => boolean>> = {
  never: () => false,
  always: () => true,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

/** A translated block. */
export class FakeBlock {
  readonly handle: TbHandle
  readonly #block: Exec[] = []
  readonly #insns: readonly Hooks[]

  constructor(insns: readonly FakeInsn[]) {
    this.#insns = insns.map(() => ({ exec: [], memory: [] }))
    const handles = insns.map((insn, i) => {
      const { exec, memory } = this.#insns[i] as Hooks
      return insnHandle(insn, i, i === insns.length - 1, exec, memory)
    })
    const { address, physical } = handles[0] as InsnHandle
    const size = handles.reduce((sum, insn) => sum + insn.size, 0)
    this.handle = {
      ...instrumentable(execRecord(address, physical, size), this.#block),
      address,
      physical,
      size,
      insns: handles,
    }
  }

  run(index: number, cpu: number, accesses: readonly FakeMemory[]): void {
    const { exec = [], memory = [] } = this.#insns[index] ?? {}
    for (const hook of index === 0 ? [...this.#block, ...exec] : exec) hook(cpu)
    for (const access of accesses) for (const hook of memory) hook(memEvent(cpu, access))
  }
}

function insnHandle(
  insn: FakeInsn,
  index: number,
  endsBlock: boolean,
  exec: Exec[],
  memory: OnMemory[],
): InsnHandle {
  const { pc, bytes, text = `op${bytes[0]}`, symbol, group = 'fake', flow = 'next', kind = 'integer' } = insn
  const wanted = (access: MemoryAccess, hook: OnMemory): void => {
    memory.push(event => {
      if (access === 'both' || (access === 'write') === event.isStore) hook(event)
    })
  }
  return {
    ...instrumentable(execRecord(pc, pc, bytes.length), exec),
    address: pc,
    physical: pc,
    size: bytes.length,
    bytes: Uint8Array.from(bytes),
    index,
    endsBlock,
    flow,
    mnemonic: text.split(' ')[0] as string,
    group,
    kind,
    conditional: insn.conditional ?? false,
    disassemble: () => text,
    symbol: () => symbol,
    onMemory: wanted,
    inlineAddMemory: (access, cell, value) => wanted(access, ({ cpu }) => cell.add(cpu, BigInt(value))),
    inlineStoreMemory: (access, cell, value) => wanted(access, ({ cpu }) => cell.set(cpu, BigInt(value))),
    traceMemory: (access, buffer) =>
      wanted(access, ({ cpu, address, value, size, isStore }) =>
        asFake(buffer).record(cpu, {
          ...execRecord(pc, pc, size),
          address,
          value,
          kind: isStore ? 2n : 1n,
        }),
      ),
  }
}

/** Where hooks are asked for. */
function instrumentable(record: FakeRecord, hooks: Exec[]): Instrumentable {
  return {
    onExec: callback => void hooks.push(callback),
    onExecIf: (cell, condition, value, callback) =>
      void hooks.push(cpu => {
        if (holds[condition](cell.get(cpu), BigInt(value))) callback(cpu)
      }),
    inlineAdd: (cell, value) => void hooks.push(cpu => cell.add(cpu, BigInt(value))),
    inlineStore: (cell, value) => void hooks.push(cpu => cell.set(cpu, BigInt(value))),
    trace: buffer => void hooks.push(cpu => asFake(buffer).record(cpu, record)),
  }
}

function execRecord(pc: bigint, physical: bigint, size: number): FakeRecord {
  return { pc, physical, size: BigInt(size), address: 0n, value: 0n, clock: 0n, kind: 0n }
}

function memEvent(cpu: number, access: FakeMemory): MemEvent {
  const { address, physical = address, size = 8, store = false, value = 0n, device, offset = 0n } = access
  return {
    cpu,
    address,
    addressLow: Number(address & 0xffff_ffffn),
    addressHigh: Number(address >> 32n),
    size,
    isStore: store,
    signed: false,
    bigEndian: false,
    value,
    valueLow: Number(value & 0xffff_ffffn),
    physical,
    isIo: device !== undefined,
    device: device ?? 'ram',
    deviceOffset: offset,
  }
}

function asFake(buffer: TraceBuffer): FakeTrace {
  if (buffer instanceof FakeTrace) return buffer
  throw new Error('a trace buffer of another run')
}
