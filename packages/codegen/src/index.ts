/** The IR, its builder, its oracle and its lowering to WebAssembly. Knows no guest and no CPU. */
export {
  AccessHow,
  AccessInfo,
  accessHow,
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
  pageMask,
  pageShift,
  pageSize,
  Rec,
  Single,
  Tlb,
} from './abi.ts'
export * as nativeFloat from './float/native/index.ts'
export * as softfloat from './float/soft/index.ts'
export { Builder } from './ir/builder.ts'
export { hostFunction, irFunction } from './ir/function.ts'
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
  type IntegerUnary,
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
  type AccessDescriptor,
  type Callee,
  type IrFunction,
  type Node,
  type Observer,
  type Type,
  typeBytes,
  type Width,
  widthBytes,
} from './ir/types.ts'
export { verifyIr } from './ir/verify.ts'
export { Oracle, type OracleHost, type OracleRuntime, type Outcome } from './oracle/interpret.ts'
export { Code, ModuleWriter } from './wasm/asm/encode.ts'
export { hasFusedMultiplyAdd } from './wasm/asm/features.ts'
export { defineFunction } from './wasm/lower/function.ts'
export type { FlatMemory } from './wasm/lower/guest-place.ts'
export type { CalleeIndex, Runtime } from './wasm/lower/lower.ts'
export { defineRegion } from './wasm/region/region.ts'
export { homeOf } from './wasm/region/slots.ts'
export { hookCallee, hooksOf, type Region, type RegionBlock } from './wasm/region/type.ts'
export type { InterpreterOptions } from './wasm/tier0/dispatcher.ts'
export type { Handler } from './wasm/tier0/handler.ts'
export { defineInterpreter } from './wasm/tier0/interpreter.ts'
