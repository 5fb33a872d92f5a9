/**
 * Accesses to guest memory in regions and the interpreter: through the soft TLB, or to memory at a fixed place; what
 * misses takes the slow road, a call.
 */
import { accessHow, Head, Tlb } from '../../abi.ts'
import {
  type AccessDescriptor,
  type Callee,
  type Node,
  type Type,
  type Width,
  widthBytes,
} from '../../ir/types.ts'
import { emitFromBig, emitToBig, type RawAccess, rawAccess } from './byte-order.ts'
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

/** An access whose address is in a local. */
interface Site {
  readonly address: number
  readonly wide: boolean
  readonly bytes: 1 | 2 | 4 | 8
  readonly access: AccessDescriptor | undefined
}

export abstract class AccessLowerer extends Lowerer {
  /** The `gmodify` whose `gput` is to come; `place`: local with the linear address, 0 if that is not known. */
  #held: (Site & { readonly place: number }) | undefined

  /** Are there observers whom `accessed` may tell? */
  protected get observed(): boolean {
    return false
  }
  /** A guest access has been made: address and value are in locals. */
  protected accessed(_access: LoweredAccess): void {}
  /** Pushes the address of the current soft TLB. */
  protected abstract tlbBase(): void
  #tlb(access: AccessDescriptor | undefined): void {
    if (access?.mode === undefined) return this.tlbBase()
    const { code } = this
    code.get(cpuLocal)
    code.mem(0x28, Head.space)
    code.i32(this.runtime.tlbs + access.mode * Tlb.entries * Tlb.entrySize)
    code.op(0x6a)
  }
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
  #probe({ address, wide, bytes, access }: Site, tag: number): number {
    const { code } = this
    const entry = code.local('i32')
    this.#tlb(access)
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
  #inFlat(flat: FlatMemory, { address, wide, bytes }: Site): number {
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
  #inFlatUnguarded(flat: FlatMemory, { address, wide, bytes }: Site): number {
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

  /**
   * May memory be touched directly? Leaves a boolean on the stack and what `#linear` needs in a local. A store is held against
   * guards and write permission.
   */
  #reachable(site: Site, store: boolean): number {
    const { flat } = this
    if (!flat || site.access?.mode !== undefined) return this.#probe(site, store ? Tlb.writeTag : Tlb.readTag)
    return store ? this.#inFlatUnguarded(flat, site) : this.#inFlat(flat, site)
  }

  /** Pushes the linear address of what is reachable; gives the constant that is missing from it. */
  #linear({ address, wide, access }: Site, found: number): number {
    const { code, flat } = this
    if (flat && access?.mode === undefined) {
      code.get(found)
      if (wide) code.op(0xa7)
      return flat.linear
    }
    code.get(address)
    if (wide) code.op(0xa7)
    code.get(found)
    code.mem(0x28, Tlb.addend)
    code.op(0x6a)
    return 0
  }

  #site(node: Node): Site {
    const address = node.args[0] as Node
    const local = this.code.local(address.type as Type)
    this.value(address)
    this.code.set(local)
    const bytes = widthBytes[node.width as Width]
    return { address: local, wide: address.type === 'i64', bytes, access: node.access }
  }

  /** Calls a function of the slow path, with more arguments than address and `AccessHow` if `push` pushes some. */
  #slow(callee: Callee, { address, wide, bytes, access }: Site, push: () => void = () => {}): void {
    const { code } = this
    code.get(cpuLocal)
    code.get(address)
    if (!wide) code.op(0xad)
    code.i32(accessHow(bytes, access))
    push()
    code.call(this.index(callee))
  }

  /** Pushes what the slow path loads. */
  #slowLoad(callee: Callee, site: Site, { type, width }: RawAccess): void {
    const { code } = this
    this.beforeSlow()
    this.#slow(callee, site)
    if (type === 'i32') code.op(0xa7)
    if (width === '8s') code.op(type === 'i32' ? 0xc0 : 0xc2)
    if (width === '16s') code.op(type === 'i32' ? 0xc1 : 0xc3)
    if (width === '32s' && type === 'i64') code.op(0xc4)
    this.afterSlow()
  }

  /** Brings a value on the stack, loaded raw, into the guest's order, and tells observers of it. */
  #loaded(site: Site, type: 'i32' | 'i64', width: Width): void {
    const { code } = this
    if (isBig(site)) emitFromBig(code, type, width)
    if (!this.observed) return
    const value = code.local(type)
    const { address, wide } = site
    code.set(value)
    this.accessed({ address, wide, value, type, width, store: false })
    code.get(value)
    code.release(value)
  }

  #guestLoad(node: Node): void {
    const { code } = this
    const type = node.type as 'i32' | 'i64'
    const width = node.width as Width
    const site = this.#site(node)
    const raw = isBig(site) ? rawAccess(width) : { type, width }
    const found = this.#reachable(site, false)
    code.hint(true)
    code.if(raw.type)
    const offset = this.#linear(site, found)
    code.mem(loadOp[raw.type][raw.width], offset)
    code.else()
    this.#slowLoad(this.runtime.missedLoad, site, raw)
    code.end()
    this.#loaded(site, type, width)
    code.release(found)
    code.release(site.address)
  }

  /**
   * Stores a value: where it belongs if there is a boolean on the stack that is not 0, `place` pushing the linear address, else
   * on the slow path.
   */
  #store(site: Site, value: Node, width: Width, data: number, place: () => number): void {
    const { code } = this
    const type = value.type as 'i32' | 'i64'
    const raw = isBig(site) ? rawAccess(width) : { type, width }
    const push = (): void => {
      code.get(data)
      if (isBig(site)) emitToBig(code, type, width)
    }
    code.hint(true)
    code.if()
    const offset = place()
    push()
    code.mem(storeOp[raw.type][site.bytes], offset)
    code.else()
    this.beforeSlow()
    this.#slow(this.runtime.missedStore, site, () => {
      push()
      if (raw.type === 'i32') code.op(0xad)
    })
    this.afterSlow()
    code.end()
    const { address, wide } = site
    if (this.observed) this.accessed({ address, wide, value: data, type, width, store: true })
  }

  #dataLocal(value: Node): number {
    const data = this.code.local(value.type as Type)
    this.value(value)
    this.code.set(data)
    return data
  }

  #guestStore(node: Node): void {
    const { code } = this
    const value = node.args[1] as Node
    const site = this.#site(node)
    const data = this.#dataLocal(value)
    const found = this.#reachable(site, true)
    this.#store(site, value, node.width as Width, data, () => this.#linear(site, found))
    code.release(found)
    code.release(site.address)
    code.release(data)
  }

  #guestProbe(node: Node): void {
    const { code } = this
    const site = this.#site(node)
    const entry = this.#probe(site, Tlb.writeTag)
    code.op(0x45)
    code.hint(false)
    code.if()
    this.beforeSlow()
    this.#slow(this.runtime.slowProbe, site)
    this.afterSlow()
    code.end()
    code.release(entry)
    code.release(site.address)
  }

  /** The load of a read-modify-write; the place is kept for its store. A page that may be written may be read. */
  #guestModify(node: Node): void {
    const { code } = this
    const type = node.type as 'i32' | 'i64'
    const width = node.width as Width
    const site = this.#site(node)
    const raw = isBig(site) ? rawAccess(width) : { type, width }
    const place = code.local('i32')
    const found = this.#reachable(site, true)
    code.hint(true)
    code.if(raw.type)
    const offset = this.#linear(site, found)
    if (offset) {
      code.i32(offset)
      code.op(0x6a)
    }
    code.tee(place)
    code.mem(loadOp[raw.type][raw.width], 0)
    code.else()
    this.#slowLoad(this.runtime.slowModify, site, raw)
    code.i32(0)
    code.set(place)
    code.end()
    code.release(found)
    this.#held = { ...site, place }
    this.#loaded(site, type, width)
  }

  #guestPut(node: Node): void {
    const { code } = this
    const held = this.#held
    if (!held) throw new Error('IR: gput without a gmodify')
    const value = node.args[0] as Node
    const data = this.#dataLocal(value)
    const { place } = held
    code.get(place)
    this.#store(held, value, node.width as Width, data, () => {
      code.get(place)
      return 0
    })
    this.#held = undefined
    code.release(place)
    code.release(held.address)
    code.release(data)
  }

  protected override emit(node: Node): void {
    switch (node.op) {
      case 'gload':
        return this.#guestLoad(node)
      case 'gstore':
        return this.#guestStore(node)
      case 'gprobe':
        return this.#guestProbe(node)
      case 'gmodify':
        return this.#guestModify(node)
      case 'gput':
        return this.#guestPut(node)
      default:
        super.emit(node)
    }
  }
}

/** Must the value's bytes be put into another order? */
const isBig = ({ access, bytes }: Site): boolean => access?.order === 'big' && bytes > 1
