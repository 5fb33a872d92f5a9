/**
 * The decoder: packets and code in, executed instructions and traps out (Efficient Trace for RISC-V, 11). It follows
 * the code from one reported address to the next, with the outcomes of branches that the packets tell.
 */
import { PluginError } from '@guestscope/plugin-api'
import type { Code } from './code.ts'
import { type FlowInsn, FlowKind, targetOf } from './flow.ts'
import {
  type CachedPacket,
  type EtracePacket,
  type FlowPacket,
  type PredictedPacket,
  QualStatus,
  type ReportedAddress,
  type StartPacket,
  type TrapPacket,
} from './packets.ts'
import type { EtraceParams } from './params.ts'
import { BranchPredictor, JumpTargetCache, ReturnStack } from './predictors.ts'

/** A trap as decoded. */
export interface DecodedTrap {
  readonly interrupt: boolean
  readonly ecause: number
  /** Address of the instruction that caused it; not known of interrupts. */
  readonly epc: bigint | undefined
  readonly tval: bigint
}

/** Where a decoder reports. */
export interface DecoderOutput {
  /** An instruction has retired. */
  retired(pc: bigint): void
  trap(trap: DecodedTrap): void
}

/** A packet that reports an instruction without being a synchronisation. */
type Progress = FlowPacket | PredictedPacket | CachedPacket

/** How far to follow the code, and what says that the address is meant and not passed through. */
interface Goal {
  /** None: end at the last branch. */
  readonly address: bigint | undefined
  readonly notify: boolean
  readonly updiscon: boolean
  /** Of a synchronisation: the privilege at the address. */
  readonly privilege: number | undefined
  /** End at the last branch known, which is followed with the next packet. */
  readonly atLastBranch: boolean
  /** Depth of the return that leads there by itself, or at which the address is meant. */
  readonly irdepth: number | undefined
}

const goalAt = (address: bigint, privilege?: number): Goal => ({
  address,
  notify: false,
  updiscon: false,
  privilege,
  atLastBranch: false,
  irdepth: undefined,
})

/** Decodes the trace of one hart. */
export class EtraceDecoder {
  readonly #params: EtraceParams
  readonly #code: Code
  readonly #output: DecoderOutput
  readonly #predictor: BranchPredictor
  readonly #cache: JumpTargetCache
  readonly #returns: ReturnStack
  #started = false
  /** Instructions since a packet has told of a branch or a jump, and how many there can be. */
  #untold = 0
  readonly #mostUntold: number
  /** The last instruction that has retired. */
  #pc = 0n
  #privilege = 0
  /** The address that differences count from. */
  #address = 0n
  /** Outcomes of branches ahead: taken? And behind those, how many outcomes the predictor knows. */
  #outcomes: boolean[] = []
  #predicted = 0
  /** The last address was reached, but perhaps only passed through on the way to its second occurrence. */
  #inferred: Goal | undefined
  /** Where the handler begins that was itself interrupted before its first instruction. */
  #handler: bigint | undefined

  constructor(params: EtraceParams, code: Code, output: DecoderOutput) {
    this.#params = params
    this.#code = code
    this.#output = output
    this.#predictor = new BranchPredictor(params.branchPrediction)
    this.#cache = new JumpTargetCache(params.jumpCache)
    this.#returns = new ReturnStack(params.returnStack)
    // Without branches each place comes twice at most; with implicit returns functions come as often as they are called.
    this.#mostUntold = 256 + code.places * (params.returnStack > 0 ? 256 : 2)
  }

  /** Takes the next packet. Throws a `PluginError` (`etrace/…`) if it cannot be followed. */
  packet(packet: EtracePacket): void {
    this.#untold = 0
    switch (packet.kind) {
      case 'support':
        if (packet.status === QualStatus.endedNtr) this.#resolveInferred()
        this.#inferred = undefined
        if (packet.status !== QualStatus.noChange) this.#started = false
        break
      case 'trap':
        this.#trap(packet)
        if (packet.thaddr) this.#sync(packet)
        break
      case 'start':
        this.#sync(packet)
        break
      default:
        if (!this.#started) throw this.#failure('comes before any synchronisation')
        this.#progress(packet)
    }
  }

  #trap({ interrupt, ecause, thaddr, address, tval }: TrapPacket): void {
    this.#inferred = undefined
    const epc = interrupt ? undefined : this.#exceptionAddress(address)
    this.#handler = thaddr ? undefined : address
    this.#returns.reset()
    this.#output.trap({ interrupt, ecause, epc, tval })
  }

  /** The address of an exception; what cannot be inferred is in the packet. */
  #exceptionAddress(reported: bigint): bigint {
    if (!this.#started || this.#insn(this.#pc).kind === FlowKind.uninferable) return reported
    return this.#handler ?? this.#next(goalAt(reported)).pc
  }

  #sync(packet: StartPacket | TrapPacket): void {
    const { address, branch, privilege, kind } = packet
    const follows = kind === 'start' && this.#started
    this.#inferred = undefined
    this.#handler = undefined
    this.#address = address
    if (!follows) {
      this.#outcomes = []
      this.#predicted = 0
    }
    if (this.#isBranch(address)) this.#outcomes.push(branch === 0)
    if (follows) this.#follow(goalAt(address, privilege))
    else this.#retire(address)
    this.#predictor.reset()
    this.#cache.reset()
    this.#returns.reset()
    this.#privilege = privilege
    this.#started = true
  }

  #progress(packet: Progress): void {
    this.#resolveInferred()
    const goal = this.#goalOf(packet)
    if (packet.kind === 'predicted') this.#predicted = packet.correct + (packet.failed ? 1 : 0)
    else {
      const { count, map } = packet.branches
      for (let i = 0; i < count; i++) this.#outcomes.push(((map >>> i) & 1) === 0)
    }
    this.#follow(goal, packet.kind === 'predicted' && packet.failed)
  }

  #goalOf(packet: Progress): Goal {
    if (packet.kind === 'cached') {
      const address = this.#cache.at(packet.index)
      if (address === undefined) throw this.#failure(`names an empty entry of the jump target cache`)
      return this.#goalAtReported(address, { notify: false, updiscon: false })
    }
    if (packet.reported === undefined) return { ...goalAt(0n), address: undefined, atLastBranch: true }
    const base = this.#params.fullAddress ? 0n : this.#address
    const address = BigInt.asUintN(this.#params.xlen, base + packet.reported.address)
    return this.#goalAtReported(address, packet.reported)
  }

  #goalAtReported(address: bigint, how: Omit<ReportedAddress, 'address'>): Goal {
    this.#address = address
    const atLastBranch = this.#isBranch(address)
    const { notify, updiscon, irdepth } = how
    return { address, notify, updiscon, privilege: undefined, atLastBranch, irdepth }
  }

  /** No synchronisation came: the last address was meant at its second occurrence, so goes on to there. */
  #resolveInferred(): void {
    const goal = this.#inferred
    this.#inferred = undefined
    for (let there = goal === undefined; !there && goal !== undefined; ) {
      const { pc, jumped } = this.#next(goal)
      this.#retire(pc)
      there = jumped
    }
  }

  /** Follows the code until the packet is used up. */
  #follow(goal: Goal, failed = false): void {
    for (;;) {
      const { pc, jumped } = this.#next(goal)
      this.#retire(pc)
      if (goal.atLastBranch && this.#isBranch(pc) && this.#ahead === 1) {
        if (this.#predicted > 0) this.#outcomes.push(this.#predictor.predict(pc) !== failed)
        this.#predicted = 0
        return
      }
      const left = this.#ahead !== (this.#isBranch(pc) ? 1 : 0)
      if (jumped && left) throw this.#failure('has branches left over')
      if (jumped) return
      if (goal.atLastBranch || left || pc !== goal.address) continue
      if (goal.irdepth !== undefined && goal.irdepth !== this.#returns.depth) continue
      if (goal.notify || goal.privilege === this.#privilege) return
      if (goal.privilege !== undefined || goal.updiscon) continue
      this.#inferred = goal
      return
    }
  }

  /** The instruction behind the last one, and whether it was reached by an uninferable jump. */
  #next(goal: Goal): { pc: bigint; jumped: boolean } {
    const [pc, { xlen }] = [this.#pc, this.#params]
    const insn = this.#insn(pc)
    const behind = BigInt.asUintN(xlen, pc + BigInt(insn.size))
    const returned = insn.link === 'return' && !this.#misreturns(goal) ? this.#returns.pop() : undefined
    if (insn.link === 'call') this.#returns.push(behind)
    if (returned !== undefined) return { pc: returned, jumped: false }
    if (insn.kind === FlowKind.uninferable) {
      if (goal.address === undefined) throw this.#failure('meets a jump whose target it does not tell')
      this.#untold = 0
      this.#cache.add(goal.address)
      return { pc: goal.address, jumped: true }
    }
    const jumps = insn.kind === FlowKind.jump || (insn.kind === FlowKind.branch && this.#takeBranch(pc))
    return { pc: jumps ? targetOf(insn, pc, xlen) : behind, jumped: false }
  }

  /** Is this the return that leads to the goal, and not where the stack says? */
  #misreturns({ irdepth, address }: Goal): boolean {
    if (irdepth === undefined || address === undefined || irdepth !== this.#returns.depth) return false
    return this.#ahead === (this.#isBranch(address) ? 1 : 0)
  }

  /** Branches ahead whose outcomes are known. */
  get #ahead(): number {
    return this.#outcomes.length + this.#predicted
  }
  #isBranch(pc: bigint): boolean {
    return this.#insn(pc).kind === FlowKind.branch
  }

  #takeBranch(pc: bigint): boolean {
    const told = this.#outcomes.shift()
    if (told === undefined && this.#predicted-- === 0) throw this.#failure('does not tell of a branch')
    this.#untold = 0
    const taken = told ?? this.#predictor.predict(pc)
    this.#predictor.update(pc, taken)
    return taken
  }

  #retire(pc: bigint): void {
    this.#pc = pc
    if (++this.#untold > this.#mostUntold)
      throw this.#failure('leads round and round in code without branches')
    this.#output.retired(pc)
  }

  #insn(pc: bigint): FlowInsn {
    const insn = this.#code.at(pc)
    if (insn !== undefined) return insn
    throw new PluginError(
      'etrace/no-code',
      `The trace leads to 0x${pc.toString(16)}, where no code is known.`,
      'Give the decoder all code that was executed, also that of boot ROMs.',
    )
  }

  #failure(what: string): PluginError {
    return new PluginError(
      'etrace/packet',
      `The trace cannot be followed: the packet behind 0x${this.#pc.toString(16)} ${what}.`,
      'Decode it with the parameters and the program that it was made with.',
    )
  }
}
