/** Where a guest access leads in linear memory: through the soft TLB, or to memory at a fixed place. */
import { Head, pageShift, pageSize, Tlb } from '../../abi.ts'
import { type AccessDescriptor, type Node, type Type, type Width, widthBytes } from '../../ir/types.ts'
import { cpuLocal } from './head.ts'
import { Lowerer } from './lower.ts'

/** Guest memory at a fixed place. */
export interface FlatMemory {
  readonly base: bigint
  /** Bytes; a multiple of 8. */
  readonly size: number
  /** Linear address of the first byte. */
  readonly linear: number
  /** Linear address of bytes, one per `2 ** guardShift` bytes of this memory; not 0: stores take the slow path. */
  readonly guards: number
  readonly guardShift: number
}

/** An access whose address is in a local. */
export interface Site {
  readonly address: number
  /** The address is an i64. */
  readonly wide: boolean
  readonly width: Width
  readonly access: AccessDescriptor | undefined
}

export abstract class PlaceLowerer extends Lowerer {
  /** Pushes the address of the current soft TLB. */
  protected abstract tlbBase(): void

  /** Memory that is reached without the soft TLB. */
  protected get flat(): FlatMemory | undefined {
    return undefined
  }
  #flatFor({ access }: Site): FlatMemory | undefined {
    return access?.mode === undefined ? this.flat : undefined
  }

  /** Puts the address, the first argument, into a local. */
  protected site({ args, width, access }: Node): Site {
    const [address] = args as [Node]
    const local = this.code.local(address.type as Type)
    this.value(address)
    this.code.set(local)
    return { address: local, wide: address.type === 'i64', width: width as Width, access }
  }

  /**
   * May memory be touched directly? Leaves a boolean on the stack, and what `linear` needs in a local. `store`: with the right to
   * store, and where nothing guards the place.
   */
  protected reachable(site: Site, store: boolean): number {
    const flat = this.#flatFor(site)
    if (!flat) return this.known(site, store)
    return store ? this.#inFlatUnguarded(flat, site) : this.#inFlat(flat, site)
  }

  /** Pushes the linear address of what is reachable; gives a constant that is missing from it. */
  protected linear(site: Site, found: number): number {
    const { code } = this
    const flat = this.#flatFor(site)
    if (flat) {
      code.get(found)
      if (site.wide) code.op('i32.wrap_i64')
      return flat.linear
    }
    code.get(site.address)
    if (site.wide) code.op('i32.wrap_i64')
    code.get(found)
    code.mem('i32.load', Tlb.addend)
    code.op('i32.add')
    return 0
  }

  #tlb({ access }: Site): void {
    if (access?.mode === undefined) return this.tlbBase()
    const { code } = this
    code.get(cpuLocal)
    code.mem('i32.load', Head.space)
    code.i32(this.runtime.tlbs + access.mode * Tlb.entries * Tlb.entrySize)
    code.op('i32.add')
  }

  /**
   * Soft TLB probe. Leaves the entry's address in a local and a boolean on the stack: does the entry hold the page
   * of the whole access? Adding bytes - 1 before masking makes page-crossing accesses miss.
   */
  protected known(site: Site, store: boolean): number {
    const { code } = this
    const { address, wide } = site
    const bytes = widthBytes[site.width]
    const type = wide ? 'i64' : 'i32'
    const entry = code.local('i32')
    this.#tlb(site)
    code.get(address)
    if (wide) code.op('i32.wrap_i64')
    code.i32(pageShift - Tlb.entryShift)
    code.op('i32.shr_u')
    code.i32((Tlb.entries - 1) << Tlb.entryShift)
    code.op('i32.and', 'i32.add')
    code.tee(entry)
    code.mem(`${type}.load`, store ? Tlb.writeTag : Tlb.readTag)
    code.get(address)
    if (bytes > 1) {
      code.const(type, bytes - 1)
      code.op(`${type}.add`)
    }
    code.const(type, -pageSize)
    code.op(`${type}.and`, `${type}.eq`)
    return entry
  }

  /** Leaves the distance of an access from the start of flat memory in a local and on the stack. */
  #offset({ base }: FlatMemory, { address, wide }: Site): number {
    const { code } = this
    const type = wide ? 'i64' : 'i32'
    const offset = code.local(type)
    code.get(address)
    code.const(type, wide ? BigInt.asIntN(64, base) : Number(BigInt.asIntN(32, base)))
    code.op(`${type}.sub`)
    code.tee(offset)
    return offset
  }

  /** Is the whole access in flat memory? */
  #inFlat(flat: FlatMemory, site: Site): number {
    const { code } = this
    const type = site.wide ? 'i64' : 'i32'
    const offset = this.#offset(flat, site)
    code.const(type, flat.size - widthBytes[site.width])
    code.op(`${type}.le_u`)
    return offset
  }

  /**
   * Is the access in flat memory and not guarded? Rotated right, a misaligned distance gets high bits and fails the first
   * comparison; an aligned access lies in one guarded piece, or is two of them. Others may lie in two.
   */
  #inFlatUnguarded(flat: FlatMemory, site: Site): number {
    const { code } = this
    const bytes = widthBytes[site.width]
    const type = site.wide ? 'i64' : 'i32'
    const offset = this.#offset(flat, site)
    const guard = (byte = 0): void => {
      code.get(offset)
      if (site.wide) code.op('i32.wrap_i64')
      if (byte) {
        code.i32(byte)
        code.op('i32.add')
      }
      code.i32(flat.guardShift)
      code.op('i32.shr_u')
      code.mem(!byte && bytes > 1 << flat.guardShift ? 'i32.load16_u' : 'i32.load8_u', flat.guards)
    }
    if (bytes > 1) {
      code.const(type, Math.log2(bytes))
      code.op(`${type}.rotr`)
    }
    code.const(type, Math.floor(flat.size / bytes))
    code.op(`${type}.lt_u`)
    code.hint(true)
    code.if('i32')
    guard()
    code.op('i32.eqz')
    code.else()
    // In one page: hosts are slow at stores across two; the slow path makes them in parts.
    if (bytes > 1 && bytes <= 1 << flat.guardShift) {
      code.get(offset)
      code.const(type, flat.size - bytes)
      code.op(`${type}.le_u`)
      code.get(offset)
      if (site.wide) code.op('i32.wrap_i64')
      code.i32(pageSize - 1)
      code.op('i32.and')
      code.i32(pageSize - bytes)
      code.op('i32.le_u', 'i32.and')
      code.if('i32')
      guard()
      guard(bytes - 1)
      code.op('i32.or', 'i32.eqz')
      code.else()
      code.i32(0)
      code.end()
    } else code.i32(0)
    code.end()
    return offset
  }
}
