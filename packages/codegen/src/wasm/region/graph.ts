/** The control flow of a region: which block follows which, how they nest, and how far it is to the next check of the budget. */
import type { Node } from '../../ir/types.ts'
import { type Structure, structure } from './structure.ts'
import type { Region, RegionBlock } from './type.ts'

/** The address that a constant stands for. */
export const pcOf = (node: Node | undefined): bigint | undefined =>
  node?.op === 'const' ? BigInt.asUintN(node.type === 'i32' ? 32 : 64, BigInt(node.imm)) : undefined

export class RegionGraph {
  readonly shape: Structure
  readonly #blocks: readonly RegionBlock[]
  readonly #blockOf = new Map<bigint, number>()
  readonly #paths: number[] = []

  constructor({ blocks }: Region) {
    this.#blocks = blocks
    blocks.forEach((b, i) => this.#blockOf.set(b.pc, i))
    this.shape = structure(blocks.map(b => this.#successors(b)))
  }

  /** The block at an address. */
  at(pc: bigint | undefined): number | undefined {
    return pc === undefined ? undefined : this.#blockOf.get(pc)
  }

  #successors(block: RegionBlock): number[] {
    const last = block.body.at(-1)
    const nodes =
      last?.op === 'goto' && !last.imm ? [last.args[0]] : last?.op === 'branch' ? last.args.slice(1) : []
    const targets = [...nodes.map(pcOf), ...(block.returnsTo ?? [])]
    const found = targets.map(t => this.at(t)).filter(t => t !== undefined)
    return [...new Set(found)]
  }

  /** Instructions of the longest way that begins with a block and ends before a loop or out of the region. */
  path(n: number): number {
    const known = this.#paths[n]
    if (known !== undefined) return known
    const block = this.#blocks[n] as RegionBlock
    let longest = 0
    for (const s of this.#successors(block)) {
      const on = this.shape.follows(n, s) && !this.shape.isBack(n, s) && !this.shape.placed[s]?.loop
      if (on) longest = Math.max(longest, this.path(s))
    }
    const path = block.length + longest
    this.#paths[n] = path
    return path
  }

  /** Budget that the caller must see to before entering. */
  get need(): number {
    return this.path(0)
  }
}
