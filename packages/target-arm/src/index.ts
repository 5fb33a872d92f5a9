/** Arm guests: Cortex-M. */
export { stateSize } from './state.ts'
