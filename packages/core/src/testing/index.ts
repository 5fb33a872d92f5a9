/** For the tests of targets: what core demands of every target. No part of a running emulator. */
export {
  type ContractCase,
  type ContractOptions,
  type RandomPrograms,
  targetContract,
} from './contract.ts'
export { below, bits32, bits64, type Random, seeded } from './random.ts'
export { stressed } from './stress.ts'
