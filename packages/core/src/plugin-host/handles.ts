/** The handles that callbacks get. Each belongs to one call of one callback of one plugin. */
import type { Cpu } from '../cpu.ts'
import type { BlockSource, Hook } from '../instrument.ts'
import type {
  Cell,
  DisconEvent,
  Flow,
  InsnHandle,
  InsnKind,
  RegisterAccess,
  TbHandle,
} from '../plugin/index.ts'
import { PluginError } from '../plugin-error.ts'
import type { CauseInfo, InsnDescription } from '../target.ts'
import { cellValue } from './cells.ts'
import { Scope } from './scope.ts'

/** What handles need of the host. */
export interface HandleHost {
  /** A hook that calls the plugin back, with its errors caught. */
  callHook(callback: (cpu: number) => void, access: RegisterAccess): Hook
  cellOffset(cell: Cell): number
  disassemble(source: BlockSource['insns'][number]): string
  describe(source: BlockSource['insns'][number]): InsnDescription
  symbol(address: bigint): string | undefined
}

function notYet(what: string): never {
  throw new PluginError('plugin/argument', `${what} does not exist yet.`, 'It is being built.')
}

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
  onExec(callback: (cpu: number) => void, access: RegisterAccess = 'none'): void {
    this.check()
    this.#hooks.push(this.host.callHook(callback, access))
  }
  onExecIf(): void {
    notYet('onExecIf')
  }
  trace(): void {
    notYet('trace')
  }
  inlineAdd(cell: Cell, value: bigint | number): void {
    this.check()
    this.#hooks.push({ kind: 'add', offset: this.host.cellOffset(cell), value: cellValue(value) })
  }
  inlineStore(cell: Cell, value: bigint | number): void {
    this.check()
    this.#hooks.push({ kind: 'store', offset: this.host.cellOffset(cell), value: cellValue(value) })
  }
}

class HostInsn extends Handle implements InsnHandle {
  readonly #source: BlockSource['insns'][number]
  #description: InsnDescription | undefined

  constructor(scope: Scope, host: HandleHost, hooks: Hook[], source: BlockSource['insns'][number]) {
    super(scope, host, 'instruction', hooks)
    this.#source = source
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
  get endsBlock(): boolean {
    this.check()
    return this.#source.insn.endsBlock
  }
  get index(): number {
    return notYet('index')
  }
  get flow(): Flow {
    return notYet('flow')
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
  #describe(): InsnDescription {
    this.check()
    this.#description ??= this.host.describe(this.#source)
    return this.#description
  }
  onMemory(): void {
    notYet('onMemory')
  }
  inlineAddMemory(): void {
    notYet('inlineAddMemory')
  }
  inlineStoreMemory(): void {
    notYet('inlineStoreMemory')
  }
  traceMemory(): void {
    notYet('traceMemory')
  }
  disassemble(): string {
    this.check()
    return this.host.disassemble(this.#source)
  }
  symbol(): string | undefined {
    this.check()
    return this.host.symbol(this.#source.pc)
  }
}

/** A block during `onTranslate`; collects what the plugin wants at the block and at each instruction. */
export class HostTb extends Handle implements TbHandle {
  readonly blockHooks: readonly Hook[]
  readonly insnHooks: readonly (readonly Hook[])[]
  readonly #block: BlockSource
  readonly #insns: readonly InsnHandle[]

  constructor(scope: Scope, host: HandleHost, block: BlockSource) {
    const blockHooks: Hook[] = []
    super(scope, host, 'block', blockHooks)
    this.blockHooks = blockHooks
    const insnHooks: Hook[][] = block.insns.map(() => [])
    this.insnHooks = insnHooks
    this.#block = block
    this.#insns = block.insns.map((source, i) => new HostInsn(scope, host, insnHooks[i] ?? [], source))
  }

  get address(): bigint {
    this.check()
    return this.#block.pc
  }
  get physical(): bigint {
    return notYet('physical')
  }
  get size(): number {
    return notYet('size')
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
