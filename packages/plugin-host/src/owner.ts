/** An installed plugin as what belongs to it sees it: listeners, records, hooks. */
import type { DeferredCalls } from './deferred.ts'
import type { HostEdgeEvent, HostMemEvent } from './events.ts'

export interface Owner {
  readonly name: string
  /** It threw, its installation did, or it was uninstalled: no callback of it is called any more. */
  gone: boolean
  /** An error of it has been reported. */
  failed: boolean
  readonly memEvent: HostMemEvent
  readonly edgeEvent: HostEdgeEvent
  /** Its deferred callbacks, if it has any; all other callbacks come after them. */
  deferred: DeferredCalls | undefined
  readonly hasCells: boolean
  /** Ends all counters. */
  dropCounters(): void
  /** Gives all cells back. */
  freeCells(): void
}
