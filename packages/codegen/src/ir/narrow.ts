/**
 * 64-bit values that are 32-bit ones with extended signs. A guest of 64 bits computes with 32 in pairs (`addw`, `srliw`,
 * `or`), and extends each result. Said in 32 bits, such a chain needs no extensions, and the host's compiler finds the
 * rotations in it.
 */
import type { Node } from './types.ts'

/** How the extension came about: nothing is to be had by leaving it out, or an instruction. */
export type Narrow = 'free' | 'extended'

const narrowLoads: ReadonlySet<string> = new Set(['8s', '8u', '16s', '16u', '32s'])
const comparison = /\.(eqz|eq|ne|[lg][te])(_[su])?$/

const constant = (node: Node | undefined): number | undefined =>
  node?.op === 'const' ? Number(node.imm) : undefined

/** Is this i32 known to have a clear sign, so that extending it either way is the same? Without sign costs nothing. */
export function isPositive(node: Node): boolean {
  const amount = constant(node.args[1])
  switch (node.op) {
    case 'const':
      return Number(node.imm) >= 0
    case 'i32.and':
      return (constant(node.args[0]) ?? -1) >= 0 || (amount ?? -1) >= 0
    case 'i32.shr_u':
      return amount !== undefined && (amount & 31) !== 0
    case 'gload':
      return node.width === '8u' || node.width === '16u'
    default:
      return comparison.test(node.op)
  }
}

/** Undefined: an i64 that may be any. */
export function narrow(node: Node): Narrow | undefined {
  const [arg] = node.args
  switch (node.op) {
    case 'const':
      return node.type === 'i64' && BigInt.asIntN(32, BigInt(node.imm)) === BigInt(node.imm)
        ? 'free'
        : undefined
    case 'gload':
      return node.type === 'i64' && narrowLoads.has(node.width ?? '') ? 'free' : undefined
    case 'i64.extend_s':
      return arg?.op === 'gload' ? 'free' : 'extended'
    case 'i64.extend_u':
      return arg && isPositive(arg) ? 'free' : undefined
    default:
      return undefined
  }
}
