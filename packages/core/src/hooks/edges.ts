/** What the end of a block is, told from the instruction that ends it. */
import { type EdgeKind, edgeKinds, type Flow } from '../events/index.ts'

/** Bit of a kind in masks; its number in trace records. */
export const edgeNumber = (kind: EdgeKind): number => edgeKinds.indexOf(kind)

/** Edges of an instruction that goes where it says. */
const kindOf: Readonly<Record<Flow, EdgeKind | undefined>> = {
  next: undefined,
  branch: 'taken',
  jump: 'jump',
  'indirect-jump': 'indirect-jump',
  call: 'call',
  'indirect-call': 'indirect-call',
  return: 'return',
  trap: undefined,
  'trap-return': 'trap-return',
}

/** Number of the edge of an instruction that goes on at `to`; undefined: it has none. */
export function edgeTaken(flow: Flow): number | undefined {
  const kind = kindOf[flow]
  return kind === undefined ? undefined : edgeNumber(kind)
}

/** Number of the edge of a return from a trap handler. */
export const edgeTrapReturn: number = edgeNumber('trap-return')

/** Number of the edge of an instruction whose condition does not hold. */
export const edgeNotTaken: number = edgeNumber('not-taken')
