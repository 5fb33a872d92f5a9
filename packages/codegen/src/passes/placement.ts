/**
 * Decides which values of a body stay on the WebAssembly stack (computed where their only use stands) and which need
 * a local, and drops what nobody uses.
 */
import { opInfo } from '../ir/ops/index.ts'
import { type Node, type Type, typeBytes } from '../ir/types.ts'

/** What the lowering must know of each node, by `Node.id`. */
export interface Plan {
  readonly uses: Int32Array
  /** 1: emit at the (only) use. */
  readonly inline: Uint8Array
  /** Loop nesting of the definition. */
  readonly loop: Int32Array
}

/** What an operation reads or overwrites: a range of one of the kinds of places. */
interface Touch {
  readonly what: 'slot' | 'variable' | 'memory' | 'left' | 'all'
  readonly from: number
  readonly to: number
}
const whole = (what: Touch['what']): Touch => ({ what, from: 0, to: Number.POSITIVE_INFINITY })
const [anySlot, memory, left, all] = [whole('slot'), whole('memory'), whole('left'), whole('all')]

function touches(node: Node): Touch {
  const imm = Number(node.imm)
  switch (node.op) {
    case 'get':
    case 'set':
    case 'count': {
      const type = (node.op === 'get' ? node.type : node.args[0]?.type) as Type
      return { what: 'slot', from: imm, to: imm + typeBytes[type] }
    }
    case 'vget':
    case 'vset':
      return { what: 'variable', from: imm, to: imm + 1 }
    case 'rload':
    case 'rstore':
    case 'mload':
    case 'mstore':
    case 'fill':
      return memory
    case 'left':
      return left
    case 'getx':
      return anySlot
    default:
      return all
  }
}

const overlap = (a: Touch, b: Touch): boolean =>
  a.what === 'all' || b.what === 'all' || (a.what === b.what && a.from < b.to && b.from < a.to)

/** Plans a body with nodes numbered below `count`. */
export function plan(body: readonly Node[], count: number): Plan {
  const uses = new Int32Array(count)
  const inline = new Uint8Array(count)
  const loop = new Int32Array(count)
  const position = new Int32Array(count)
  const root = new Int32Array(count)
  const rootLoop = new Int32Array(count)
  const writes: { at: number; touch: Touch }[] = []

  let next = 0
  let loops = 0
  const number = (list: readonly Node[], inLoop: number): void => {
    for (const n of list) {
      position[n.id] = next
      loop[n.id] = inLoop
      const info = opInfo(n.op)
      if (info.kind === 'special' && info.effect === 'write') writes.push({ at: next, touch: touches(n) })
      next++
      if (n.body) number(n.body, n.op === 'loop' ? ++loops : inLoop)
      if (n.orelse) number(n.orelse, inLoop)
    }
  }
  number(body, 0)

  const clobbered = (node: Node): boolean => {
    const from = position[node.id] as number
    const to = root[node.id] as number
    const touch = touches(node)
    let low = 0
    let high = writes.length
    while (low < high) {
      const mid = (low + high) >> 1
      if ((writes[mid] as { at: number }).at <= from) low = mid + 1
      else high = mid
    }
    for (; low < writes.length; low++) {
      const w = writes[low] as { at: number; touch: Touch }
      if (w.at >= to) return false
      if (overlap(w.touch, touch)) return true
    }
    return false
  }

  const visit = (list: readonly Node[]): void => {
    for (let i = list.length - 1; i >= 0; i--) {
      const n = list[i] as Node
      const info = opInfo(n.op)
      const effect = info.kind === 'numeric' ? 'none' : info.effect
      const removable = effect === 'none' || effect === 'read'
      if (removable && !uses[n.id]) continue
      if (n.orelse) visit(n.orelse)
      if (n.body) visit(n.body)
      let at = position[n.id] as number
      let atLoop = loop[n.id] as number
      if (n.op === 'const' || n.op === 'cpu') inline[n.id] = 1
      else if (removable && uses[n.id] === 1) {
        const sameLoop = rootLoop[n.id] === atLoop
        if (effect === 'none' ? sameLoop : sameLoop && !clobbered(n)) {
          inline[n.id] = 1
          at = root[n.id] as number
          atLoop = rootLoop[n.id] as number
        }
      }
      for (const a of n.args) {
        uses[a.id] = (uses[a.id] as number) + 1
        root[a.id] = at
        rootLoop[a.id] = atLoop
      }
    }
  }
  visit(body)
  return { uses, inline, loop }
}
