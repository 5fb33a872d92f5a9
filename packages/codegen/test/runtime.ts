import { hostFunction, type Runtime } from '../src/index.ts'

const none = hostFunction('none', [])
/** For code that calls none of it. */
export const noRuntime: Runtime = {
  missedLoad: none,
  missedStore: none,
  slowLoad: none,
  slowStore: none,
  slowModify: none,
  slowProbe: none,
  recordHook: none,
  accessHook: none,
  edgeHook: none,
  lookup: none,
  deliver: none,
  tlbs: 0,
}
