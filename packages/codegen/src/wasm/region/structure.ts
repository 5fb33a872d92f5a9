/**
 * Control-flow graph → nested blocks and loops, after Norman Ramsey, "Beyond Relooper" (ICFP 2022): every block is
 * placed inside its immediate dominator; blocks with several forward predecessors ("merge" blocks) follow a `block`
 * that they are the end of; targets of back edges head a `loop`. An edge backwards to a block that does not dominate
 * its source (irreducible flow) is left to the caller as an exit.
 */

/** What the structure says of one block. */
export interface Placed {
  readonly loop: boolean
  readonly merge: boolean
  /** Blocks immediately dominated, in reverse postorder. */
  readonly children: readonly number[]
}

export interface Structure {
  readonly placed: readonly Placed[]
  /** Is the edge one that structured code can follow? False for unreachable and irreducible ones. */
  follows(from: number, to: number): boolean
  /** Is the edge one backwards, to the head of a loop around `from`? */
  isBack(from: number, to: number): boolean
}

/** Structures a graph whose entry is block 0. */
export function structure(successors: readonly (readonly number[])[]): Structure {
  const order: number[] = []
  const rank = new Int32Array(successors.length).fill(-1)
  const seen = new Uint8Array(successors.length)
  const walk = (n: number): void => {
    seen[n] = 1
    for (const s of successors[n] ?? []) if (!seen[s]) walk(s)
    order.push(n)
  }
  walk(0)
  order.reverse()
  order.forEach((n, i) => {
    rank[n] = i
  })

  const preds: number[][] = successors.map(() => [])
  for (const n of order) for (const s of successors[n] as number[]) (preds[s] as number[]).push(n)

  // Immediate dominators, after Cooper, Harvey and Kennedy.
  const idom = new Int32Array(successors.length).fill(-1)
  idom[0] = 0
  const meet = (a: number, b: number): number => {
    while (a !== b) {
      while ((rank[a] as number) > (rank[b] as number)) a = idom[a] as number
      while ((rank[b] as number) > (rank[a] as number)) b = idom[b] as number
    }
    return a
  }
  for (let changed = true; changed; ) {
    changed = false
    for (const n of order.slice(1)) {
      let dom = -1
      for (const p of preds[n] as number[]) if (idom[p] !== -1) dom = dom === -1 ? p : meet(p, dom)
      if (idom[n] !== dom) {
        idom[n] = dom
        changed = true
      }
    }
  }
  const dominates = (a: number, b: number): boolean => {
    while ((rank[b] as number) > (rank[a] as number)) b = idom[b] as number
    return a === b
  }

  const isBack = (from: number, to: number): boolean =>
    rank[from] !== -1 && (rank[to] as number) <= (rank[from] as number) && dominates(to, from)
  const isForward = (from: number, to: number): boolean =>
    rank[from] !== -1 && (rank[to] as number) > (rank[from] as number)

  const placed = successors.map((_, n) => ({
    loop: (preds[n] as number[]).some(p => isBack(p, n)),
    merge: (preds[n] as number[]).filter(p => isForward(p, n)).length > 1,
    children: order.filter(c => c !== 0 && idom[c] === n),
  }))
  return { placed, isBack, follows: (from, to) => isBack(from, to) || isForward(from, to) }
}
