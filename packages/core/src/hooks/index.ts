/** For plugin hosts and debuggers: what they may ask of translated code, and where their records lie. */

export type { TrapReturn } from '../cpu.ts'
export { describeError } from '../machine/stop.ts'
export { endOfTime } from '../machine/time.ts'
export { PluginArea } from '../memory/layout.ts'
export type { MemoryPlace } from '../memory/memory.ts'
export { edgeTaken, edgeTrapReturn } from './edges.ts'
export { freeHooks } from './hook-cost.ts'
export { edgeTraceKind, hookRunner } from './hook-run.ts'
export type {
  AccessHook,
  BlockHooks,
  BlockSource,
  Hook,
  HookCondition,
  Instrumentation,
  TraceTarget,
} from './instrument.ts'
