/** The IR, its builder, its oracle and its lowering to WebAssembly. Knows no guest and no CPU. */
export {
  AccessInfo,
  accessInfo,
  Block,
  BlockTable,
  blockBucket,
  Exit,
  FetchTlb,
  fetchFault,
  Head,
  Hooked,
  JumpCache,
  jumpCacheEntry,
  noRegion,
  Rec,
  Single,
  Tlb,
} from './abi.ts'
export * as nativeFloat from './float/native/index.ts'
export * as softfloat from './float/soft/index.ts'
export { Builder, hostFunction, irFunction, type Observer } from './ir/builder.ts'
export {
  type DecodedOperands,
  Field,
  type FixedSlots,
  knownOperands,
  type Operands,
  recordOperands,
} from './ir/operands.ts'
export {
  type FloatBinary,
  type FloatCompare,
  type FloatUnary,
  type IntegerBinary,
  type IntegerCompare,
  type LaneOp,
  type NumericName,
  type NumericOp,
  type OpInfo,
  type OpName,
  opInfo,
  opTable,
  type Shape,
  type SpecialOp,
  type Val,
} from './ir/ops/index.ts'
export { parseIr, printFunction, printIr } from './ir/text.ts'
export {
  type Callee,
  type IrFunction,
  type Node,
  type Type,
  typeBytes,
  type Width,
  widthBytes,
} from './ir/types.ts'
export { verifyIr } from './ir/verify.ts'
export { Oracle, type OracleHost, type Outcome } from './oracle/interpret.ts'
export { Code, ModuleWriter } from './wasm/asm/encode.ts'
export { hasFusedMultiplyAdd } from './wasm/asm/features.ts'
export { defineFunction } from './wasm/lower/function.ts'
export type { FlatMemory } from './wasm/lower/guest-access.ts'
export type { CalleeIndex, Runtime } from './wasm/lower/lower.ts'
export { defineRegion } from './wasm/region/region.ts'
export { hookCallee, hooksOf, type Region, type RegionBlock } from './wasm/region/type.ts'
export type { InterpreterOptions } from './wasm/tier0/dispatcher.ts'
export { defineInterpreter, type Handler } from './wasm/tier0/interpreter.ts'
