/**
 * Accesses to guest memory in regions and the interpreter: through the soft TLB, or to memory at a fixed place; what
 * misses takes the slow road, a call.
 */
import { Tlb } from '../../abi.ts'
import { type Node, type Type, type Width, widthBytes } from '../../ir/types.ts'
import { cpuLocal, Lowerer } from './lower.ts'
import { type AccessType, emitLoad, emitStore } from './memory.ts'

/** Guest memory at a fixed place. */
export interface FlatMemory {
  readonly base: bigint
  /** Bytes; a multiple of 8. */
  readonly size: number
  /** Linear address of the first byte. */
  readonly linear: number
  /** Linear address of bytes, one per `2 ** guardShift` bytes of this memory; not 0: stores take the slow road. */
  readonly guards: number
  readonly guardShift: number
}

/**
 * Offsets of the parts in which the slow road makes an access: it knows 8 bytes at most. The lower part comes first; a
 * store changes nothing unless both can be made, and of two faults that of the lower one counts.
 */
export const partsOf = (width: Width): readonly number[] => (width === '128' ? [0, 8] : [0])

/** A guest access in generated code: where its address and its value are. */
export interface LoweredAccess {
  readonly address: number
  /** The address is an i64. */
  readonly wide: boolean
  readonly value: number
  readonly type: AccessType
  readonly width: Width
  readonly store: boolean
}

export abstract class AccessLowerer extends Lowerer {
  /** Are there observers whom `accessed` may tell? */
  protected get observed(): boolean {
    return false
  }
  /** A guest access has been made: address and value are in locals. */
  protected accessed(_access: LoweredAccess): void {}
  /** Pushes the address of the current soft TLB. */
  protected abstract tlbBase(): void
  /** Leaves the instruction early if `Head.exit` is set. */
  protected abstract checkExit(): void
  /** Around a call that makes an access on the slow road. */
  protected beforeSlow(): void {}
  protected afterSlow(): void {
    this.checkExit()
  }

  /**
   * Soft TLB probe. Leaves the entry's address in a local and a boolean on the stack: does the entry hold the page
   * of the whole access? Adding bytes - 1 before masking makes page-crossing accesses miss.
   */
  #probe(address: number, wide: boolean, bytes: number, tag: number): number {
    const { code } = this
    const entry = code.local('i32')
    this.tlbBase()
    code.get(address)
    if (wide) code.op('i32.wrap_i64')
    code.i32(Tlb.pageShift - Tlb.entryShift)
    code.op('i32.shr_u')
    code.i32((Tlb.entries - 1) << Tlb.entryShift)
    code.op('i32.and', 'i32.add')
    code.tee(entry)
    code.mem(wide ? 'i64.load' : 'i32.load', tag)
    code.get(address)
    if (bytes > 1) {
      code.const(wide ? 'i64' : 'i32', bytes - 1)
      code.op(wide ? 'i64.add' : 'i32.add')
    }
    code.const(wide ? 'i64' : 'i32', -(1 << Tlb.pageShift))
    code.op(wide ? 'i64.and' : 'i32.and', wide ? 'i64.eq' : 'i32.eq')
    return entry
  }

  /** Memory that loads reach without the soft TLB. */
  protected get flat(): FlatMemory | undefined {
    return undefined
  }

  /** Is the whole access in flat memory? Leaves the distance from its start (i32) in a local and a boolean on the stack. */
  #inFlat(flat: FlatMemory, address: number, wide: boolean, bytes: number): number {
    const { code } = this
    const type = wide ? 'i64' : 'i32'
    const offset = code.local(type)
    code.get(address)
    code.const(type, wide ? BigInt.asIntN(64, flat.base) : Number(BigInt.asIntN(32, flat.base)))
    code.op(wide ? 'i64.sub' : 'i32.sub')
    code.tee(offset)
    code.const(type, flat.size - bytes)
    code.op(wide ? 'i64.le_u' : 'i32.le_u')
    return offset
  }

  /**
   * Is the access aligned, in flat memory and not guarded? As `#inFlat`. Rotated right, a misaligned distance gets high
   * bits and fails the comparison; an aligned access lies in one guarded piece, or is two of them.
   */
  #inFlatUnguarded(flat: FlatMemory, address: number, wide: boolean, bytes: number): number {
    const { code } = this
    const type = wide ? 'i64' : 'i32'
    const offset = code.local(type)
    const log = Math.log2(bytes)
    code.get(address)
    code.const(type, wide ? BigInt.asIntN(64, flat.base) : Number(BigInt.asIntN(32, flat.base)))
    code.op(wide ? 'i64.sub' : 'i32.sub')
    code.tee(offset)
    if (log) {
      code.const(type, log)
      code.op(wide ? 'i64.rotr' : 'i32.rotr')
    }
    code.const(type, Math.floor(flat.size / bytes))
    code.op(wide ? 'i64.lt_u' : 'i32.lt_u')
    code.hint(true)
    code.if('i32')
    code.get(offset)
    if (wide) code.op('i32.wrap_i64')
    code.i32(flat.guardShift)
    code.op('i32.shr_u')
    code.mem(bytes > 1 << flat.guardShift ? 'i32.load16_u' : 'i32.load8_u', flat.guards)
    code.op('i32.eqz')
    code.else()
    code.i32(0)
    code.end()
    return offset
  }

  #linear(address: number, wide: boolean, entry: number): void {
    const { code } = this
    code.get(address)
    if (wide) code.op('i32.wrap_i64')
    code.get(entry)
    code.mem('i32.load', Tlb.addend)
    code.op('i32.add')
  }

  #addressLocal(address: Node): { local: number; wide: boolean } {
    const local = this.code.local(address.type as Type)
    this.value(address)
    this.code.set(local)
    return { local, wide: address.type === 'i64' }
  }

  /** Pushes vCPU, address and size of an access or a part of it. */
  #slowAddress(address: number, wide: boolean, bytes: number, offset = 0): void {
    const { code } = this
    code.get(cpuLocal)
    code.get(address)
    if (offset) {
      code.const(wide ? 'i64' : 'i32', offset)
      code.op(wide ? 'i64.add' : 'i32.add')
    }
    if (!wide) code.op('i64.extend_i32_u')
    code.i32(bytes)
  }

  /** A load on the slow road; its value is on the stack. */
  #slowLoad(address: number, wide: boolean, type: AccessType, width: Width): void {
    const { code } = this
    const load = (bytes: number, offset: number, convert: () => void): void => {
      this.beforeSlow()
      this.#slowAddress(address, wide, bytes, offset)
      code.call(this.index(this.runtime.slowLoad))
      convert()
      this.afterSlow()
    }
    if (type === 'v128') {
      code.const(type, 0)
      for (const offset of partsOf(width))
        load(Math.min(8, widthBytes[width]), offset, () => code.lane('i64x2.replace_lane', offset / 8))
      return
    }
    load(widthBytes[width], 0, () => {
      if (type === 'i32') code.op('i32.wrap_i64')
      if (width === '8s') code.op(`${type}.extend8_s`)
      if (width === '16s') code.op(`${type}.extend16_s`)
      if (width === '32s' && type === 'i64') code.op('i64.extend32_s')
    })
  }

  /** A store on the slow road. One of two parts is made when both are known to succeed. */
  #slowStore(address: number, wide: boolean, data: number, type: AccessType, width: Width): void {
    const { code } = this
    const parts = partsOf(width)
    if (parts.length > 1) this.#slowProbe(address, wide, width)
    for (const offset of parts) {
      this.beforeSlow()
      this.#slowAddress(address, wide, Math.min(8, widthBytes[width]), offset)
      code.get(data)
      if (type === 'i32') code.op('i64.extend_i32_u')
      if (type === 'v128') code.lane('i64x2.extract_lane', offset / 8)
      code.call(this.index(this.runtime.slowStore))
      this.afterSlow()
    }
  }

  #slowProbe(address: number, wide: boolean, width: Width): void {
    for (const offset of partsOf(width)) {
      this.beforeSlow()
      this.#slowAddress(address, wide, Math.min(8, widthBytes[width]), offset)
      this.code.call(this.index(this.runtime.slowProbe))
      this.afterSlow()
    }
  }

  #guestLoad(addressNode: Node, type: AccessType, width: Width): void {
    const { code } = this
    const { local: address, wide } = this.#addressLocal(addressNode)
    const bytes = widthBytes[width]
    const { flat } = this
    const entry = flat
      ? this.#inFlat(flat, address, wide, bytes)
      : this.#probe(address, wide, bytes, Tlb.readTag)
    code.hint(true)
    code.if(type)
    if (flat) {
      code.get(entry)
      if (wide) code.op('i32.wrap_i64')
    } else this.#linear(address, wide, entry)
    emitLoad(code, type, width, flat?.linear ?? 0)
    code.else()
    this.#slowLoad(address, wide, type, width)
    code.end()
    if (this.observed) {
      const value = code.local(type)
      code.set(value)
      this.accessed({ address, wide, value, type, width, store: false })
      code.get(value)
      code.release(value)
    }
    code.release(entry)
    code.release(address)
  }

  #guestStore(addressNode: Node, value: Node, width: Width): void {
    const { code } = this
    const bytes = widthBytes[width]
    const { local: address, wide } = this.#addressLocal(addressNode)
    const type = value.type as AccessType
    const data = code.local(type)
    this.value(value)
    code.set(data)
    const { flat } = this
    const entry = flat
      ? this.#inFlatUnguarded(flat, address, wide, bytes)
      : this.#probe(address, wide, bytes, Tlb.writeTag)
    code.hint(true)
    code.if()
    if (flat) {
      code.get(entry)
      if (wide) code.op('i32.wrap_i64')
    } else this.#linear(address, wide, entry)
    code.get(data)
    emitStore(code, type, width, flat?.linear ?? 0)
    code.else()
    this.#slowStore(address, wide, data, type, width)
    code.end()
    if (this.observed) this.accessed({ address, wide, value: data, type, width, store: true })
    code.release(entry)
    code.release(address)
    code.release(data)
  }

  #guestProbe(addressNode: Node, width: Width): void {
    const { code } = this
    const { local: address, wide } = this.#addressLocal(addressNode)
    const entry = this.#probe(address, wide, widthBytes[width], Tlb.writeTag)
    code.op('i32.eqz')
    code.hint(false)
    code.if()
    this.#slowProbe(address, wide, width)
    code.end()
    code.release(entry)
    code.release(address)
  }

  protected override emit(node: Node): void {
    const [a, b] = node.args as [Node, Node]
    switch (node.op) {
      case 'gload':
        return this.#guestLoad(a, node.type as AccessType, node.width as Width)
      case 'gstore':
        return this.#guestStore(a, b, node.width as Width)
      case 'gprobe':
        return this.#guestProbe(a, node.width as Width)
      default:
        super.emit(node)
    }
  }
}
