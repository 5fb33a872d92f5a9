/** For the tests of targets: what core demands of every target. No part of a running emulator. */

export { bare } from './bare.ts'
export { targetContract } from './contract/contract.ts'
export type { ContractCase, ContractOptions, RandomPrograms } from './contract/options.ts'
export {
  type Differential,
  DifferentialStream,
  type StreamOptions,
  type StreamProgram,
  type StreamRun,
  tiersOf,
} from './differential.ts'
export { FakeHost } from './fake-host.ts'
export {
  GuestComparison,
  type GuestMachine,
  type GuestRecording,
  type GuestRun,
  type GuestSuite,
  type GuestWay,
  runGuestMachine,
  totals,
} from './guests.ts'
export { fuzz, mutated } from './mutate.ts'
export { below, bits32, bits64, type Random, seeded } from './random.ts'
export { oneOfEach } from './sample.ts'
export {
  type SingleEnd,
  type SingleInsn,
  SingleInsns,
  type SingleOptions,
  type SingleWay,
  singleWays,
  singleWindow,
} from './single.ts'
export { stressed } from './stress.ts'
