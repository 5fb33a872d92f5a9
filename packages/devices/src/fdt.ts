/** Builds flattened device trees (Devicetree Specification 0.4, chapter 5; format version 17). */

/**
 * A property: text, several texts, one 32-bit cell, cells (a bigint makes two, high first), bytes, or `true` for a
 * property without a value. Cells are unsigned.
 */
export type FdtValue = string | readonly string[] | number | readonly (number | bigint)[] | Uint8Array | true

/** A node; the root's name is empty. */
export interface FdtNode {
  /** With unit address: `serial@10000000`. */
  readonly name: string
  /** In the order in which they shall stand; undefined ones are left out. */
  readonly properties?: Readonly<Record<string, FdtValue | undefined>>
  readonly children?: readonly FdtNode[]
}

/** What stands beside the tree. */
export interface FdtOptions {
  /** boot_cpuid_phys; default 0. */
  readonly bootCpu?: number
  /** Memory that the guest must leave alone. */
  readonly reserved?: readonly { address: bigint; size: bigint }[]
}

const Token = { beginNode: 1, endNode: 2, property: 3, end: 9 } as const
const headerSize = 40
const encoder = new TextEncoder()

/** The blob, to be placed at a multiple of 8 bytes. */
export function buildFdt(root: FdtNode, options: FdtOptions = {}): Uint8Array {
  const strings = new Bytes()
  const structure = new Bytes()
  writeNode(root, structure, strings, new Map())
  structure.u32(Token.end)

  const reserved = new Bytes()
  for (const { address, size } of [...(options.reserved ?? []), { address: 0n, size: 0n }]) {
    reserved.u64(address)
    reserved.u64(size)
  }

  const structureAt = headerSize + reserved.length
  const stringsAt = structureAt + structure.length
  const total = (stringsAt + strings.length + 7) & ~7
  const blob = new Bytes()
  // Magic, total size, offsets of structure, strings and reservations, version, oldest compatible version.
  for (const word of [0xd00dfeed, total, structureAt, stringsAt, headerSize, 17, 16]) blob.u32(word)
  for (const word of [options.bootCpu ?? 0, strings.length, structure.length]) blob.u32(word)
  for (const part of [reserved, structure, strings]) blob.bytes(part.take())
  blob.align(8)
  return blob.take()
}

function writeNode(node: FdtNode, out: Bytes, strings: Bytes, names: Map<string, number>): void {
  out.u32(Token.beginNode)
  out.text(checkName(node.name, /^[\w,.+-]*(@[\w,.+-]+)?$/))
  out.align(4)
  for (const [name, value] of Object.entries(node.properties ?? {})) {
    if (value === undefined) continue
    let at = names.get(name)
    if (at === undefined) {
      at = strings.length
      names.set(name, at)
      strings.text(checkName(name, /^[\w,.+?#-]+$/))
    }
    const bytes = encode(value)
    for (const word of [Token.property, bytes.length, at]) out.u32(word)
    out.bytes(bytes)
    out.align(4)
  }
  for (const child of node.children ?? []) writeNode(child, out, strings, names)
  out.u32(Token.endNode)
}

function checkName(name: string, allowed: RegExp): string {
  if (!allowed.test(name)) throw new RangeError(`not a device tree name: ${JSON.stringify(name)}`)
  return name
}

function encode(value: FdtValue): Uint8Array {
  if (value instanceof Uint8Array) return value
  const out = new Bytes()
  for (const item of value === true ? [] : typeof value === 'object' ? value : [value]) {
    if (typeof item === 'string') out.text(item)
    else if (typeof item === 'bigint') out.u64(item)
    else out.u32(item)
  }
  return out.take()
}

/** Big-endian bytes that grow. */
class Bytes {
  readonly #data: number[] = []

  get length(): number {
    return this.#data.length
  }

  u32(value: number): void {
    this.#data.push((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
  }

  u64(value: bigint): void {
    this.u32(Number((value >> 32n) & 0xffffffffn))
    this.u32(Number(value & 0xffffffffn))
  }

  bytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.#data.push(byte)
  }

  /** With its zero byte. */
  text(text: string): void {
    this.bytes(encoder.encode(text))
    this.#data.push(0)
  }

  align(to: number): void {
    while (this.#data.length % to !== 0) this.#data.push(0)
  }

  take(): Uint8Array {
    return Uint8Array.from(this.#data)
  }
}
