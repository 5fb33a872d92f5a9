/** What generated code and the IR of targets call by name: host functions of core, and functions that each machine defines. */
import { type Callee, hostFunction } from '@guestscope/codegen'

type CoreHostName =
  | 'flush'
  | 'forgetSpace'
  | 'enterSpace'
  | 'clock'
  | 'executed'
  | 'time'
  | 'load'
  | 'store'
  | 'probe'
  | 'overwritten'
  | 'recordHook'
  | 'accessHook'
  | 'edgeHook'
  | 'report'

/** Host functions that core gives to generated code; i64 cross through `Head.value`. */
export const coreHost: Readonly<Record<CoreHostName, Callee>> = {
  /** (cpu): the CPU's translations have changed: empty its soft TLBs and forget its jump cache. */
  flush: hostFunction('core.flush', []),
  /** (cpu, ASID): forgets what is known of one address space. */
  forgetSpace: hostFunction('core.forgetSpace', ['i32']),
  /**
   * (cpu, ASID): the CPU enters the address space of which `Head.value` says all else. What is known of others under other ASIDs
   * may stay; under the same ASID it is forgotten.
   */
  enterSpace: hostFunction('core.enterSpace', ['i32']),
  /** (cpu): puts the clock, exact in single step, into `Head.value`. */
  clock: hostFunction('core.clock', []),
  /** (cpu): puts the instructions that this CPU has executed, exact in single step, into `Head.value`. */
  executed: hostFunction('core.executed', []),
  /** (cpu): puts the board's own time (`BuiltBoard.time`), or the clock if it has none, into `Head.value`. */
  time: hostFunction('core.time', []),
  /** (cpu, address low, high, `AccessHow`): any load; the value is in `Head.value`, or `Head.exit` is set. */
  load: hostFunction('core.load', ['i32', 'i32', 'i32']),
  /** (cpu, address low, high, `AccessHow`): any store of `Head.value`. */
  store: hostFunction('core.store', ['i32', 'i32', 'i32']),
  /** (cpu, address low, high, `AccessHow`): would a store succeed? If not, `Head.exit` is set. */
  probe: hostFunction('core.probe', ['i32', 'i32', 'i32']),
  /** (cpu, linear address, bytes): translations of what was there are void. */
  overwritten: hostFunction('core.overwritten', ['i32', 'i32']),
  /** (cpu, hook); (cpu, record) → leave? */
  recordHook: hostFunction('core.recordHook', ['i32'], 'i32'),
  /** (cpu, record): the interpreter has made the access that the head describes, or ended a block. */
  accessHook: hostFunction('core.accessHook', ['i32']),
  edgeHook: hostFunction('core.edgeHook', ['i32']),
  /** (cpu, cause, from low, high): a discontinuity has been entered. */
  report: hostFunction('core.report', ['i32', 'i32', 'i32']),
}

/** (cpu, physical i64) → linear address, 0 if the address is not memory. Defined per machine, known by name. */
export const linearCallee: {
  readonly name: string
  readonly params: readonly ['i64']
  readonly result: 'i32'
} = {
  name: 'core.linear',
  params: ['i64'],
  result: 'i32',
}

/**
 * (cpu, linear address, low half of the entry, access) → done? For the walkers of targets: updates an entry of the page
 * tables, as the hardware does, in what `core.linear` gave. 0: it lies in memory that cannot be written.
 */
export const updateEntryCallee: {
  readonly name: string
  readonly params: readonly ['i32', 'i32', 'i32']
  readonly result: 'i32'
} = { name: 'core.updateEntry', params: ['i32', 'i32', 'i32'], result: 'i32' }
