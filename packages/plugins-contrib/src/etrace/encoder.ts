/**
 * The encoder: instructions and traps in, packets out (Efficient Trace for RISC-V, 10: the reference algorithm). A
 * packet needs to know what follows, so an instruction is held back until it is clear that the next retires or traps.
 */
import { FlowKind } from './flow.ts'
import { StraightRuns } from './loops.ts'
import { type EtracePacket, fullMap, QualStatus, type ReportedAddress } from './packets.ts'
import type { EtraceParams } from './params.ts'
import { BranchPredictor, JumpTargetCache, ReturnStack } from './predictors.ts'
import type { TracedInsn, TracedTrap } from './traced.ts'

/** More than the parameters that both sides share. */
export interface EncoderOptions {
  /** Packets after which a synchronisation packet is sent; 0: never. */
  readonly resync: number
  /** Report each turn of loops without branches; otherwise a decoder cannot count them. */
  readonly loops: boolean
}

interface Retired {
  readonly insn: TracedInsn
  readonly privilege: number
}

/** What is known of an instruction and the one before it. */
interface Follow {
  readonly isBranch: boolean
  readonly taken: boolean
  /** Execution goes on where it has been. */
  readonly looped: boolean
  /** The one before was an implicit return. */
  readonly followsReturn: boolean
  readonly before: TracedInsn
}

/** What a report of an instruction says besides. */
interface Report {
  readonly uninferable: boolean
  readonly nextSyncs: boolean
  readonly notify: boolean
  readonly failed: boolean
  readonly irdepth: number | undefined
}

/** What comes after an instruction: where execution went on, and what happened there. */
interface Next {
  readonly pc: bigint
  /** The instruction there retires, traps or is interrupted, or tracing ends before it. */
  readonly fate: 'retires' | 'traps' | 'ends'
  /** That of the instruction there, if it retires. */
  readonly privilege?: number
}

const behind = ({ pc, size }: TracedInsn, { xlen }: EtraceParams): bigint =>
  BigInt.asUintN(xlen, pc + BigInt(size))

/** Encodes the trace of one hart. */
export class EtraceEncoder {
  readonly #params: EtraceParams
  readonly #options: EncoderOptions
  readonly #emit: (packet: EtracePacket) => void
  readonly #predictor: BranchPredictor
  readonly #cache: JumpTargetCache
  readonly #returns: ReturnStack
  /** Depths of the implicit returns since the last branch or packet: by those a decoder would take one for another. */
  readonly #implicit = new Set<number>()
  /** The last instruction was an implicit return; or a return that did not go where the stack says, at this depth. */
  #returned = false
  #misreturned: number | undefined
  /** The last two instructions that began: the older has retired, the newer may still trap. */
  #older: Retired | undefined
  #newer: Retired | undefined
  /** The last one that went through `#process`. */
  #last: Retired | undefined
  /** A trap whose handler has not begun. */
  #pending: TracedTrap | undefined
  #needsSync = true
  #packets = 0
  #lastAddress = 0n
  /** Branches not yet reported, and how many of them, from the first on, were predicted. */
  #branches = 0
  #map = 0
  #correct = 0
  /**
   * The last packet reported the target of an uninferable jump: a decoder that has met the address before knows which
   * one was meant only from the next packet, and would take a synchronisation for the earlier one.
   */
  #open = false
  readonly #runs = new StraightRuns()

  constructor(params: EtraceParams, options: EncoderOptions, emit: (packet: EtracePacket) => void) {
    this.#params = params
    this.#options = options
    this.#emit = emit
    this.#predictor = new BranchPredictor(params.branchPrediction)
    this.#cache = new JumpTargetCache(params.jumpCache)
    this.#returns = new ReturnStack(params.returnStack)
  }

  /** Tracing begins. */
  begin(): void {
    this.#support(true, QualStatus.noChange)
  }

  /**
   * An instruction begins to execute. Those that neither follow a jump or trap, nor are one, nor are the last before a
   * trap may be left out: the packets are the same without them, or as good.
   */
  instruction(insn: TracedInsn, privilege: number): void {
    this.#advance({ insn, privilege })
  }

  /** A trap is taken. */
  trap(trap: TracedTrap): void {
    if (!trap.ofLast) this.#advance(undefined)
    if (this.#older !== undefined) this.#process(this.#older, { pc: trap.epc, fate: 'traps' })
    this.#older = undefined
    this.#newer = undefined
    this.#reportPending()
    if (!trap.interrupt && this.#afterUninferable()) {
      // Nobody could infer the pc of the exception, so it is reported instead of the handler.
      this.#emitTrap(trap, false, trap.epc, 1, this.#last?.privilege ?? 0)
      this.#needsSync = true
    } else this.#pending = trap
  }

  /** Tracing ends; `pc` is where the hart would go on. */
  end(pc: bigint): void {
    this.#advance(undefined)
    const anyway = this.#afterUninferable() && !this.#returned
    if (this.#older !== undefined) this.#process(this.#older, { pc, fate: 'ends' })
    this.#reportPending()
    this.#support(false, anyway ? QualStatus.endedNtr : QualStatus.endedRep)
  }

  /** The newer instruction has retired, so the older one can be dealt with. */
  #advance(next: Retired | undefined): void {
    const [older, newer] = [this.#older, this.#newer]
    if (older !== undefined && newer !== undefined)
      this.#process(older, { pc: newer.insn.pc, fate: 'retires', privilege: newer.privilege })
    if (newer !== undefined) this.#older = newer
    this.#newer = next
  }

  /** Did the last instruction go where nobody can infer? Also if there was none. */
  #afterUninferable(): boolean {
    return this.#last === undefined || this.#last.insn.kind === FlowKind.uninferable
  }

  #process(retired: Retired, next: Next): void {
    const { insn, privilege } = retired
    const before = this.#last
    const followsReturn = this.#returned
    this.#last = retired
    this.#returned = insn.link === 'return' && next.pc === this.#returns.top
    const isBranch = insn.kind === FlowKind.branch
    const taken = isBranch && next.pc !== behind(insn, this.#params)
    const isJump = insn.kind === FlowKind.uninferable && !this.#returned
    const looped = this.#options.loops && this.#runs.loop(insn, before?.insn, next.pc, isBranch || isJump)

    if (this.#pending !== undefined || this.#needsSync || before?.privilege !== privilege)
      this.#sync(insn, privilege, isBranch, taken)
    else this.#follow(retired, next, { isBranch, taken, looped, followsReturn, before: before.insn })
    this.#link(insn, next.pc)
  }

  /** An instruction that no synchronisation tells of. */
  #follow({ insn, privilege }: Retired, next: Next, how: Follow): void {
    const { isBranch, taken, followsReturn, before } = how
    const repeats = insn.link === 'call' && this.#implicit.has(this.#returns.deeper)
    const looped = how.looped || repeats
    const failed = isBranch && this.#addBranch(insn.pc, taken)
    const { depth } = this.#returns
    const irdepth = this.#misreturned ?? (this.#implicit.size > 0 ? depth : undefined)
    // A synchronisation cannot say that a return has gone elsewhere.
    const misreturns = insn.link === 'return' && depth > 0 && !this.#returned
    const resync = this.#options.resync > 0 && this.#packets >= this.#options.resync && !misreturns
    if (resync) this.#needsSync = true
    const nextSyncs =
      next.fate === 'traps' || (next.fate === 'retires' && (resync || next.privilege !== privilege))
    const uninferable = before.kind === FlowKind.uninferable && !followsReturn
    const jumpsToSync = resync && insn.kind === FlowKind.uninferable
    const ambiguous =
      nextSyncs && (this.#branches > 0 || this.#open || this.#implicit.size > 0 || jumpsToSync)
    if (uninferable || looped || ambiguous || next.fate !== 'retires')
      this.#report(insn.pc, { uninferable, nextSyncs, notify: looped && !uninferable, failed, irdepth })
    else if (failed) this.#emitPredicted(undefined, true)
    else if (this.#branches === fullMap && this.#correct < fullMap)
      this.#send({ kind: 'flow', branches: this.#takeBranches(), reported: undefined })
  }

  /** What a call or return does to the stack. */
  #link(insn: TracedInsn, to: bigint): void {
    const { depth, top } = this.#returns
    const returns = insn.link === 'return' && depth > 0
    this.#misreturned = returns && top !== to ? depth : undefined
    if (returns && top === to) {
      this.#returns.pop()
      this.#implicit.add(depth)
    }
    if (insn.link === 'call') this.#returns.push(behind(insn, this.#params))
  }

  /** Adds an outcome; true if it ends a long row of correct predictions. */
  #addBranch(pc: bigint, taken: boolean): boolean {
    const correct =
      this.#params.branchPrediction > 0 &&
      this.#correct === this.#branches &&
      this.#predictor.predict(pc) === taken
    this.#predictor.update(pc, taken)
    this.#implicit.clear()
    if (this.#branches >= fullMap && !correct) return true
    if (this.#branches < fullMap && !taken) this.#map |= 1 << this.#branches
    this.#branches++
    if (correct) this.#correct++
    return false
  }

  #takeBranches(): { count: number; map: number } {
    const taken = { count: this.#branches, map: this.#map >>> 0 }
    this.#branches = 0
    this.#map = 0
    this.#correct = 0
    return taken
  }

  /** Sends a packet with the address of an instruction and the branches up to it. */
  #report(pc: bigint, how: Report): void {
    const { irdepth } = how
    const updiscon = how.uninferable && how.nextSyncs
    const index = how.uninferable && !updiscon && irdepth === undefined ? this.#cache.find(pc) : undefined
    const { fullAddress, xlen } = this.#params
    const address = BigInt.asUintN(xlen, fullAddress ? pc : pc - this.#lastAddress)
    const depth = irdepth !== undefined && { irdepth }
    const reported = { address, notify: how.notify, updiscon, ...depth }
    this.#lastAddress = pc
    if (this.#branches >= fullMap && this.#correct === this.#branches)
      this.#emitPredicted(reported, how.failed)
    else if (index !== undefined) this.#send({ kind: 'cached', index, branches: this.#takeBranches() })
    else this.#send({ kind: 'flow', branches: this.#takeBranches(), reported })
    this.#open = how.uninferable && !updiscon
    if (how.uninferable) this.#cache.add(pc)
    this.#runs.begin(pc)
  }

  #emitPredicted(reported: ReportedAddress | undefined, failed: boolean): void {
    this.#send({ kind: 'predicted', correct: this.#takeBranches().count, failed, reported })
  }

  /** Sends all that a decoder needs to begin at this instruction. */
  #sync(insn: TracedInsn, privilege: number, isBranch: boolean, taken: boolean): void {
    const branch = isBranch && taken ? 0 : 1
    const trap = this.#pending
    this.#pending = undefined
    if (trap === undefined) this.#emit({ kind: 'start', branch, privilege, address: insn.pc })
    else this.#emitTrap(trap, true, insn.pc, branch, privilege)
    this.#needsSync = false
    this.#open = false
    this.#packets = 0
    this.#lastAddress = insn.pc
    this.#takeBranches()
    this.#predictor.reset()
    this.#cache.reset()
    this.#forgetReturns()
    if (isBranch) this.#predictor.update(insn.pc, taken)
    this.#runs.begin(insn.pc)
  }

  #forgetReturns(): void {
    this.#returned = false
    this.#returns.reset()
    this.#implicit.clear()
  }

  /** A second trap before the handler's first instruction: the first one is reported without it. */
  #reportPending(): void {
    const trap = this.#pending
    if (trap === undefined) return
    this.#pending = undefined
    this.#emitTrap(trap, false, trap.handler, 1, this.#last?.privilege ?? 0)
    this.#needsSync = true
  }

  #emitTrap(
    { ecause, interrupt, tval }: TracedTrap,
    thaddr: boolean,
    address: bigint,
    branch: number,
    privilege: number,
  ): void {
    this.#forgetReturns()
    this.#emit({ kind: 'trap', branch, privilege, ecause, interrupt, thaddr, address, tval })
  }

  #send(packet: EtracePacket): void {
    this.#packets++
    this.#open = false
    this.#implicit.clear()
    this.#emit(packet)
  }

  #support(enabled: boolean, status: number): void {
    const { fullAddress, jumpCache, branchPrediction, returnStack } = this.#params
    this.#emit({
      kind: 'support',
      enabled,
      status,
      implicitReturn: returnStack > 0,
      fullAddress,
      jumpCache: jumpCache > 0,
      branchPrediction: branchPrediction > 0,
    })
  }
}
