/**
 * One item of each kind, in order: of the first kind the first, of the second the second, and so on in turn, so that what kinds
 * have in common (boards, widths) is all there in the sample.
 */
export function oneOfEach<T>(items: readonly T[], kind: (item: T) => string): T[] {
  const kinds = new Map<string, T[]>()
  for (const item of items) {
    const same = kinds.get(kind(item))
    if (same) same.push(item)
    else kinds.set(kind(item), [item])
  }
  return [...kinds.values()].map((same, i) => same[i % same.length] as T)
}
