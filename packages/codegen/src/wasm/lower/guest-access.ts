/**
 * Accesses to guest memory in regions and the interpreter: through the soft TLB, or to memory at a fixed place; what
 * misses takes the slow road, a call.
 */
import { Tlb } from '../../abi.ts'
import { type Node, type Type, type Width, widthBytes } from '../../ir/types.ts'
import { cpuLocal, Lowerer, loadOp, storeOp } from './lower.ts'

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

/** A guest access in generated code: where its address and its value are. */
export interface LoweredAccess {
  readonly address: number
  /** The address is an i64. */
  readonly wide: boolean
  readonly value: number
  readonly type: 'i32' | 'i64'
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
    if (wide) code.op(0xa7)
    code.i32(Tlb.pageShift - Tlb.entryShift)
    code.op(0x76)
    code.i32((Tlb.entries - 1) << Tlb.entryShift)
    code.op(0x71, 0x6a)
    code.tee(entry)
    code.mem(wide ? 0x29 : 0x28, tag)
    code.get(address)
    if (bytes > 1) {
      code.const(wide ? 'i64' : 'i32', bytes - 1)
      code.op(wide ? 0x7c : 0x6a)
    }
    code.const(wide ? 'i64' : 'i32', -(1 << Tlb.pageShift))
    code.op(wide ? 0x83 : 0x71, wide ? 0x51 : 0x46)
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
    code.op(wide ? 0x7d : 0x6b)
    code.tee(offset)
    code.const(type, flat.size - bytes)
    code.op(wide ? 0x58 : 0x4d)
    return offset
  }

  /**
   * Is the access in flat memory and not guarded? As `#inFlat`. Rotated right, a misaligned distance gets high bits and fails
   * the first comparison; an aligned access lies in one guarded piece, others in two.
   */
  #inFlatUnguarded(flat: FlatMemory, address: number, wide: boolean, bytes: 1 | 2 | 4 | 8): number {
    const { code } = this
    const type = wide ? 'i64' : 'i32'
    const offset = code.local(type)
    const log = Math.log2(bytes)
    code.get(address)
    code.const(type, wide ? BigInt.asIntN(64, flat.base) : Number(BigInt.asIntN(32, flat.base)))
    code.op(wide ? 0x7d : 0x6b)
    code.tee(offset)
    if (log) {
      code.const(type, log)
      code.op(wide ? 0x8a : 0x78)
    }
    code.const(type, flat.size / bytes)
    code.op(wide ? 0x54 : 0x49)
    code.hint(true)
    code.if('i32')
    this.#guard(flat, offset, wide, 0)
    code.op(0x45)
    code.else()
    if (bytes > 1) {
      // In one page: the host is slow at stores across two (the slow path makes them in parts).
      code.get(offset)
      code.const(type, flat.size - bytes)
      code.op(wide ? 0x58 : 0x4d)
      code.get(offset)
      if (wide) code.op(0xa7)
      code.i32((1 << Tlb.pageShift) - 1)
      code.op(0x71)
      code.i32((1 << Tlb.pageShift) - bytes)
      code.op(0x4d, 0x71)
      code.if('i32')
      this.#guard(flat, offset, wide, 0)
      this.#guard(flat, offset, wide, bytes - 1)
      code.op(0x72, 0x45)
      code.else()
      code.i32(0)
      code.end()
    } else code.i32(0)
    code.end()
    return offset
  }

  /** Pushes the guard of a byte. */
  #guard(flat: FlatMemory, offset: number, wide: boolean, byte: number): void {
    const { code } = this
    code.get(offset)
    if (wide) code.op(0xa7)
    if (byte) {
      code.i32(byte)
      code.op(0x6a)
    }
    code.i32(flat.guardShift)
    code.op(0x76)
    code.mem(0x2d, flat.guards)
  }

  #linear(address: number, wide: boolean, entry: number): void {
    const { code } = this
    code.get(address)
    if (wide) code.op(0xa7)
    code.get(entry)
    code.mem(0x28, Tlb.addend)
    code.op(0x6a)
  }

  #addressLocal(address: Node): { local: number; wide: boolean } {
    const local = this.code.local(address.type as Type)
    this.value(address)
    this.code.set(local)
    return { local, wide: address.type === 'i64' }
  }

  #slowAddress(address: number, wide: boolean, bytes: number): void {
    this.code.get(cpuLocal)
    this.code.get(address)
    if (!wide) this.code.op(0xad)
    this.code.i32(bytes)
  }

  #guestLoad(addressNode: Node, type: 'i32' | 'i64', width: Width): void {
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
      if (wide) code.op(0xa7)
    } else this.#linear(address, wide, entry)
    code.mem(loadOp[type][width], flat?.linear ?? 0)
    code.else()
    this.beforeSlow()
    this.#slowAddress(address, wide, bytes)
    code.call(this.index(this.runtime.missedLoad))
    if (type === 'i32') code.op(0xa7)
    if (width === '8s') code.op(type === 'i32' ? 0xc0 : 0xc2)
    if (width === '16s') code.op(type === 'i32' ? 0xc1 : 0xc3)
    if (width === '32s' && type === 'i64') code.op(0xc4)
    this.afterSlow()
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
    const type = value.type as 'i32' | 'i64'
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
      if (wide) code.op(0xa7)
    } else this.#linear(address, wide, entry)
    code.get(data)
    code.mem(storeOp[type][bytes], flat?.linear ?? 0)
    code.else()
    this.beforeSlow()
    this.#slowAddress(address, wide, bytes)
    code.get(data)
    if (type === 'i32') code.op(0xad)
    code.call(this.index(this.runtime.missedStore))
    this.afterSlow()
    code.end()
    if (this.observed) this.accessed({ address, wide, value: data, type, width, store: true })
    code.release(entry)
    code.release(address)
    code.release(data)
  }

  #guestProbe(addressNode: Node, bytes: number): void {
    const { code } = this
    const { local: address, wide } = this.#addressLocal(addressNode)
    const entry = this.#probe(address, wide, bytes, Tlb.writeTag)
    code.op(0x45)
    code.hint(false)
    code.if()
    this.beforeSlow()
    this.#slowAddress(address, wide, bytes)
    code.call(this.index(this.runtime.slowProbe))
    this.afterSlow()
    code.end()
    code.release(entry)
    code.release(address)
  }

  protected override emit(node: Node): void {
    const [a, b] = node.args as [Node, Node]
    switch (node.op) {
      case 'gload':
        return this.#guestLoad(a, node.type as 'i32' | 'i64', node.width as Width)
      case 'gstore':
        return this.#guestStore(a, b, node.width as Width)
      case 'gprobe':
        return this.#guestProbe(a, widthBytes[node.width as Width])
      default:
        super.emit(node)
    }
  }
}
