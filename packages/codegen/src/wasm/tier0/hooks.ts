/** Calls of plugins from T0, as records ask for them in `Rec.hooked`. */
import { accessInfo, Exit, Head, Hooked, Rec } from '../../abi.ts'
import type { LoweredAccess } from '../lower/guest-access.ts'
import { cpuLocal, storeHead } from '../lower/head.ts'
import type { Runtime } from '../lower/lower.ts'
import type { AccessType } from '../lower/memory.ts'
import type { Frame } from './frame.ts'

export class HookCalls {
  readonly #frame: Frame

  constructor(frame: Frame) {
    this.#frame = frame
  }

  #tell(callee: Runtime['accessHook']): void {
    const { code, index, rec } = this.#frame
    code.get(cpuLocal)
    code.get(rec)
    code.call(index(callee))
  }
  /** Runs code if the record asks for this. */
  #ifHooked(what: number, then: () => void): void {
    const { code, hooked } = this.#frame
    code.get(hooked)
    code.i32(what)
    code.op('i32.and')
    code.if()
    then()
    code.end()
  }

  /** Before an instruction: calls what plugins have registered for it. */
  before(): void {
    const frame = this.#frame
    const { code } = frame
    frame.load(frame.rec, Rec.hooked, 'i32.load8_u')
    code.tee(frame.hooked)
    code.if()
    this.#beginTelling()
    frame.loadHead(Head.skipHooks)
    code.op('i32.eqz')
    code.get(frame.hooked)
    code.i32(Hooked.exec)
    code.op('i32.and', 'i32.and')
    code.if()
    // Callbacks see pc and time as before the instruction.
    frame.storeHere()
    frame.exactly(() => this.#tell(frame.runtime.recordHook))
    code.if()
    code.i32(Exit.hook)
    frame.sideExit()
    code.end()
    code.end()
    code.end()
  }

  /** How many accesses of the instruction plugins know already, from an attempt that left to run it alone. */
  #beginTelling(): void {
    const frame = this.#frame
    const { code } = frame
    code.get(cpuLocal)
    frame.loadHead(Head.reported)
    code.i32(0)
    frame.loadHead(Head.reportedRec)
    code.get(frame.rec)
    code.op('i32.eq')
    frame.loadHead(Head.skipHooks)
    code.op('i32.and', 'select')
    code.mem('i32.store', Head.reportedBefore)
    storeHead(code, Head.reported, 0)
    code.get(cpuLocal)
    code.get(frame.rec)
    code.mem('i32.store', Head.reportedRec)
  }

  /** An access has been made; a callback may set the pc, so `Head.exit` must be looked at: `check`. */
  accessed(access: LoweredAccess, check: () => void): void {
    const frame = this.#frame
    const { code } = frame
    const long = (local: number, type: AccessType, offset: number, lane = 0): void => {
      code.get(cpuLocal)
      code.get(local)
      if (type === 'i32') code.op('i64.extend_i32_u')
      if (type === 'v128') code.lane('i64x2.extract_lane', lane)
      code.mem('i64.store', offset)
    }
    this.#ifHooked(Hooked.memory, () => {
      long(access.address, access.wide ? 'i64' : 'i32', Head.accessAddress)
      long(access.value, access.type, Head.accessValue)
      if (access.type === 'v128') long(access.value, access.type, Head.accessHigh, 1)
      storeHead(code, Head.accessInfo, accessInfo(access.width, access.store))
      frame.storeHere()
      frame.exactly(() => this.#tell(frame.runtime.accessHook))
      check()
    })
  }

  /** The block ends, `Head.pc` is set; `info` pushes what `Head.accessInfo` says of it. */
  edge(info: () => void): void {
    const frame = this.#frame
    this.#ifHooked(Hooked.edge, () => {
      frame.code.get(cpuLocal)
      info()
      frame.code.mem('i32.store', Head.accessInfo)
      frame.exactly(() => this.#tell(frame.runtime.edgeHook))
    })
  }
}
