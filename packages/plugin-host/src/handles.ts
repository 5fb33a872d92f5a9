/** The handles that callbacks get. Each belongs to one call of one callback of one plugin. */
import type {
  CallbackAccess,
  CauseInfo,
  Cell,
  Condition,
  Cpu,
  DisconEvent,
  Flow,
  InsnDescription,
  InsnHandle,
  InsnKind,
  MemEvent,
  MemoryAccess,
  TbHandle,
  TraceBuffer,
} from '@guestscope/core'
import type { AccessHook, BlockSource, Hook, HookCondition } from '@guestscope/core/hooks'
import { cellValue } from './cells.ts'
import { checkCallback, checkOneOf } from './check.ts'
import { Scope } from './scope.ts'

/** What handles need of the host. */
export interface HandleHost {
  /** A hook that calls the plugin back, with its errors caught. */
  callHook(callback: (cpu: number) => void, access: CallbackAccess, when?: HookCondition): Hook
  accessHook(callback: (event: MemEvent) => void, access: CallbackAccess): Hook
  traceHook(buffer: TraceBuffer): Hook
  cellOffset(cell: Cell): number
  disassemble(source: BlockSource['insns'][number]): string
  describe(source: BlockSource['insns'][number]): InsnDescription
  symbol(address: bigint): string | undefined
}

const accesses: readonly CallbackAccess[] = ['none', 'read', 'write', 'write-pc', 'deferred']
const conditions: readonly Condition[] = ['never', 'always', '==', '!=', '<', '<=', '>', '>=']
const memoryAccesses: readonly MemoryAccess[] = ['read', 'write', 'both']

abstract class Handle {
  protected readonly scope: Scope
  protected readonly host: HandleHost
  readonly #what: string
  readonly #hooks: Hook[]

  constructor(scope: Scope, host: HandleHost, what: string, hooks: Hook[]) {
    this.scope = scope
    this.host = host
    this.#what = what
    this.#hooks = hooks
  }

  protected check(): void {
    this.scope.check(this.#what)
  }
  onExec(callback: (cpu: number) => void, access: CallbackAccess = 'none'): void {
    this.check()
    checkCallback('onExec', callback)
    checkOneOf('access to registers', access, accesses)
    this.#hooks.push(this.host.callHook(callback, access))
  }
  onExecIf(
    cell: Cell,
    condition: Condition,
    value: bigint | number,
    callback: (cpu: number) => void,
    access: CallbackAccess = 'none',
  ): void {
    this.check()
    checkOneOf('condition', condition, conditions)
    checkCallback('onExecIf', callback)
    checkOneOf('access to registers', access, accesses)
    const when = { offset: this.host.cellOffset(cell), condition, value: cellValue(value) }
    if (condition !== 'never') this.#hooks.push(this.host.callHook(callback, access, when))
  }
  inlineAdd(cell: Cell, value: bigint | number): void {
    this.check()
    this.#hooks.push({ kind: 'add', offset: this.host.cellOffset(cell), value: cellValue(value) })
  }
  inlineStore(cell: Cell, value: bigint | number): void {
    this.check()
    this.#hooks.push({ kind: 'store', offset: this.host.cellOffset(cell), value: cellValue(value) })
  }
  trace(buffer: TraceBuffer): void {
    this.check()
    this.#hooks.push(this.host.traceHook(buffer))
  }
}

class HostInsn extends Handle implements InsnHandle {
  readonly #source: BlockSource['insns'][number]
  readonly #index: number
  readonly #accessHooks: AccessHook[]
  #description: InsnDescription | undefined

  constructor(
    scope: Scope,
    host: HandleHost,
    hooks: { readonly exec: Hook[]; readonly access: AccessHook[] },
    source: BlockSource['insns'][number],
    index: number,
  ) {
    super(scope, host, 'instruction', hooks.exec)
    this.#accessHooks = hooks.access
    this.#source = source
    this.#index = index
  }

  get address(): bigint {
    this.check()
    return this.#source.pc
  }
  get physical(): bigint {
    this.check()
    return this.#source.physical
  }
  get size(): number {
    this.check()
    return this.#source.bytes.length
  }
  get bytes(): Uint8Array {
    this.check()
    return this.#source.bytes.slice()
  }
  get index(): number {
    this.check()
    return this.#index
  }
  get endsBlock(): boolean {
    this.check()
    return this.#source.insn.endsBlock
  }
  get flow(): Flow {
    return this.#describe().flow
  }
  get mnemonic(): string {
    return this.#describe().mnemonic
  }
  get group(): string {
    return this.#describe().group
  }
  get kind(): InsnKind {
    return this.#describe().kind
  }
  get conditional(): boolean {
    return this.#describe().conditional ?? false
  }
  #describe(): InsnDescription {
    this.check()
    this.#description ??= this.host.describe(this.#source)
    return this.#description
  }
  disassemble(): string {
    this.check()
    return this.host.disassemble(this.#source)
  }
  symbol(): string | undefined {
    this.check()
    return this.host.symbol(this.#source.pc)
  }

  onMemory(
    access: MemoryAccess,
    callback: (event: MemEvent) => void,
    registers: CallbackAccess = 'none',
  ): void {
    this.check()
    checkCallback('onMemory', callback)
    checkOneOf('access to registers', registers, accesses)
    this.#atAccess(access, this.host.accessHook(callback, registers))
  }
  inlineAddMemory(access: MemoryAccess, cell: Cell, value: bigint | number): void {
    this.check()
    this.#atAccess(access, { kind: 'add', offset: this.host.cellOffset(cell), value: cellValue(value) })
  }
  inlineStoreMemory(access: MemoryAccess, cell: Cell, value: bigint | number): void {
    this.check()
    this.#atAccess(access, { kind: 'store', offset: this.host.cellOffset(cell), value: cellValue(value) })
  }
  traceMemory(access: MemoryAccess, buffer: TraceBuffer): void {
    this.check()
    this.#atAccess(access, this.host.traceHook(buffer))
  }
  #atAccess(access: MemoryAccess, hook: Hook): void {
    checkOneOf('access to memory', access, memoryAccesses)
    this.#accessHooks.push({ loads: access !== 'write', stores: access !== 'read', hook })
  }
}

/** A block during `onTranslate`; collects what the plugin wants at the block and at each instruction. */
export class HostTb extends Handle implements TbHandle {
  readonly blockHooks: readonly Hook[]
  readonly insnHooks: readonly (readonly Hook[])[]
  readonly accessHooks: readonly (readonly AccessHook[])[]
  readonly #block: BlockSource
  readonly #insns: readonly InsnHandle[]

  constructor(scope: Scope, host: HandleHost, block: BlockSource) {
    const blockHooks: Hook[] = []
    super(scope, host, 'block', blockHooks)
    this.blockHooks = blockHooks
    const hooks = block.insns.map(() => ({ exec: [] as Hook[], access: [] as AccessHook[] }))
    this.insnHooks = hooks.map(h => h.exec)
    this.accessHooks = hooks.map(h => h.access)
    this.#block = block
    this.#insns = hooks.map(
      (h, i) => new HostInsn(scope, host, h, block.insns[i] as BlockSource['insns'][number], i),
    )
  }

  get address(): bigint {
    this.check()
    return this.#block.pc
  }
  get physical(): bigint {
    this.check()
    return this.#block.insns[0]?.physical ?? 0n
  }
  get size(): number {
    this.check()
    return this.#block.insns.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }
  get insns(): readonly InsnHandle[] {
    this.check()
    return this.#insns
  }
}

/** A discontinuity during `onDiscon`. */
export class HostEvent extends Scope implements DisconEvent {
  readonly #cpu: Cpu
  readonly #cause: number
  readonly #info: CauseInfo
  readonly #fromLow: number
  readonly #fromHigh: number

  constructor(cpu: Cpu, cause: number, info: CauseInfo, fromLow: number, fromHigh: number) {
    super('onDiscon')
    this.#cpu = cpu
    this.#cause = cause
    this.#info = info
    this.#fromLow = fromLow
    this.#fromHigh = fromHigh
  }

  get cpu(): number {
    this.check('event')
    return this.#cpu.index
  }
  get type(): DisconEvent['type'] {
    this.check('event')
    return this.#info.type
  }
  get from(): bigint {
    this.check('event')
    return BigInt(this.#fromLow >>> 0) | (BigInt(this.#fromHigh >>> 0) << 32n)
  }
  get to(): bigint {
    this.check('event')
    return this.#cpu.pc
  }
  get cause(): DisconEvent['cause'] {
    this.check('event')
    return { number: this.#cause, name: this.#info.name }
  }
}
