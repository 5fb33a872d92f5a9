/** The layout of state. */
export {
  defineState,
  type Offsets,
  type Promote,
  type Slot,
  type SlotSpec,
  type SlotTable,
  type StateLayout,
} from './define.ts'
