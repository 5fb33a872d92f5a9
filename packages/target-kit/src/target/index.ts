/** What every target says of its instructions. */
export { type Bound, bindInstructions, type InsnParts, type Instructions, unboundSemantics } from './bind.ts'
