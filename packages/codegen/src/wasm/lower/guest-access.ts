/** Accesses to guest memory in regions and the interpreter; what cannot be made in line takes the slow path, a call. */
import { accessHow } from '../../abi.ts'
import { type Callee, type Node, type Type, type Width, widthBytes } from '../../ir/types.ts'
import { emitFromBig, emitToBig, type RawAccess, rawAccess } from './byte-order.ts'
import { PlaceLowerer, type Site } from './guest-place.ts'
import { cpuLocal } from './head.ts'
import { type AccessType, emitLoad, emitStore } from './memory.ts'

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

/** Must the value's bytes be put into another order? */
const isBig = ({ access, width }: Site): boolean => access?.order === 'big' && widthBytes[width] > 1
const rawOf = (site: Site, type: AccessType): RawAccess =>
  isBig(site) ? rawAccess(type, site.width) : { type, width: site.width }

export abstract class AccessLowerer extends PlaceLowerer {
  /** The `gmodify` whose `gput` is to come; `place`: local with the linear address, 0 if that is not known. */
  #held: (Site & { readonly place: number }) | undefined

  /** Are there observers whom `accessed` may tell? */
  protected get observed(): boolean {
    return false
  }
  /** A guest access has been made: address and value are in locals. */
  protected accessed(_access: LoweredAccess): void {}
  /** Leaves the instruction early if `Head.exit` is set. */
  protected abstract checkExit(): void
  /** Around a call that makes an access on the slow road. */
  protected beforeSlow(): void {}
  protected afterSlow(): void {
    this.checkExit()
  }

  /**
   * Makes an access, or the part of it at an offset, on the slow road: a call with address and `AccessHow`. `push` pushes more
   * arguments; `take` does something with the result before the instruction may be left.
   */
  #slow(callee: Callee, site: Site, offset: number, push = (): void => {}, take = (): void => {}): void {
    const { code } = this
    const { address, wide, width, access } = site
    this.beforeSlow()
    code.get(cpuLocal)
    code.get(address)
    if (offset) {
      code.const(wide ? 'i64' : 'i32', offset)
      code.op(wide ? 'i64.add' : 'i32.add')
    }
    if (!wide) code.op('i64.extend_i32_u')
    code.i32(accessHow(Math.min(8, widthBytes[width]), access))
    push()
    code.call(this.index(callee))
    take()
    this.afterSlow()
  }

  /** Pushes what a function of the slow road loads. */
  #slowLoad(callee: Callee, site: Site, { type, width }: RawAccess): void {
    const { code } = this
    if (type === 'v128') {
      code.const(type, 0)
      for (const offset of partsOf(width))
        this.#slow(callee, site, offset, undefined, () => code.lane('i64x2.replace_lane', offset / 8))
      return
    }
    this.#slow(callee, site, 0, undefined, () => {
      if (type === 'i32') code.op('i32.wrap_i64')
      if (width === '8s') code.op(`${type}.extend8_s`)
      if (width === '16s') code.op(`${type}.extend16_s`)
      if (width === '32s' && type === 'i64') code.op('i64.extend32_s')
    })
  }

  /** Stores raw data on the slow road. One of two parts is made when both are known to succeed. */
  #slowStore(site: Site, data: number, type: AccessType): void {
    const { code } = this
    const parts = partsOf(site.width)
    if (parts.length > 1) this.#slowProbe(site)
    for (const offset of parts)
      this.#slow(this.runtime.missedStore, site, offset, () => {
        code.get(data)
        if (type === 'i32') code.op('i64.extend_i32_u')
        if (type === 'v128') code.lane('i64x2.extract_lane', offset / 8)
      })
  }

  #slowProbe(site: Site): void {
    for (const offset of partsOf(site.width)) this.#slow(this.runtime.slowProbe, site, offset)
  }

  /** Puts raw data on the stack into the guest's order, and tells observers of it. */
  #loaded(site: Site, type: AccessType): void {
    const { code } = this
    const { address, wide, width } = site
    if (isBig(site)) emitFromBig(code, type, width)
    if (!this.observed) return
    const value = code.local(type)
    code.set(value)
    this.accessed({ address, wide, value, type, width, store: false })
    code.get(value)
    code.release(value)
  }

  #guestLoad(node: Node): void {
    const { code } = this
    const type = node.type as AccessType
    const site = this.site(node)
    const raw = rawOf(site, type)
    const found = this.reachable(site, false)
    code.hint(true)
    code.if(raw.type)
    const offset = this.linear(site, found)
    emitLoad(code, raw.type, raw.width, offset, this.guestMemory)
    code.else()
    this.#slowLoad(this.runtime.missedLoad, site, raw)
    code.end()
    this.#loaded(site, type)
    code.release(found)
    code.release(site.address)
  }

  /** Puts a value into a local. */
  #dataOf(value: Node): number {
    const data = this.code.local(value.type as Type)
    this.value(value)
    this.code.set(data)
    return data
  }

  /**
   * Stores data of a type. `test` pushes whether that is possible in line; then `place` pushes the linear address and gives a
   * constant that is missing from it.
   */
  #store(site: Site, data: number, type: AccessType, test: () => void, place: () => number): void {
    const { code } = this
    const { address, wide, width } = site
    const raw = rawOf(site, type)
    const big = isBig(site)
    const bytes = big ? code.local(raw.type) : data
    if (big) {
      code.get(data)
      emitToBig(code, type, width)
      code.set(bytes)
    }
    test()
    code.hint(true)
    code.if()
    const offset = place()
    code.get(bytes)
    emitStore(code, raw.type, raw.width, offset, this.guestMemory)
    code.else()
    this.#slowStore(site, bytes, raw.type)
    code.end()
    if (big) code.release(bytes)
    if (this.observed) this.accessed({ address, wide, value: data, type, width, store: true })
  }

  #guestStore(node: Node): void {
    const { code } = this
    const value = node.args[1] as Node
    const site = this.site(node)
    const data = this.#dataOf(value)
    let found = -1
    this.#store(
      site,
      data,
      value.type as AccessType,
      () => {
        found = this.reachable(site, true)
      },
      () => this.linear(site, found),
    )
    code.release(found)
    code.release(site.address)
    code.release(data)
  }

  #guestProbe(node: Node): void {
    const { code } = this
    const site = this.site(node)
    const entry = this.known(site, true)
    code.op('i32.eqz')
    code.hint(false)
    code.if()
    this.#slowProbe(site)
    code.end()
    code.release(entry)
    code.release(site.address)
  }

  /** The load of a read-modify-write; the place is kept for its store. A page that may be written may be read. */
  #guestModify(node: Node): void {
    const { code } = this
    const type = node.type as AccessType
    const site = this.site(node)
    const raw = rawOf(site, type)
    const place = code.local('i32')
    const found = this.reachable(site, true)
    code.hint(true)
    code.if(raw.type)
    const offset = this.linear(site, found)
    if (offset) {
      code.i32(offset)
      code.op('i32.add')
    }
    code.tee(place)
    emitLoad(code, raw.type, raw.width, 0, this.guestMemory)
    code.else()
    code.i32(0)
    code.set(place)
    const whole = partsOf(site.width).length === 1
    if (!whole) this.#slowProbe(site)
    this.#slowLoad(whole ? this.runtime.slowModify : this.runtime.missedLoad, site, raw)
    code.end()
    code.release(found)
    this.#held = { ...site, place }
    this.#loaded(site, type)
  }

  #guestPut(node: Node): void {
    const { code } = this
    const held = this.#held
    if (!held) throw new Error('IR: gput without a gmodify')
    const value = node.args[0] as Node
    const data = this.#dataOf(value)
    const place = (): number => {
      code.get(held.place)
      return 0
    }
    this.#store(held, data, value.type as AccessType, place, place)
    this.#held = undefined
    code.release(held.place)
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
