/** Lowers the semantics of instructions into handlers of T0: what each does with the record that `run` is at. */
import { Exit, Head, Rec } from '../../abi.ts'
import { Field } from '../../ir/operands.ts'
import type { Node, Type } from '../../ir/types.ts'
import { AccessLowerer, type LoweredAccess } from '../lower/guest-access.ts'
import { cpuLocal } from '../lower/head.ts'
import type { Frame } from './frame.ts'
import type { HookCalls } from './hooks.ts'

/** The semantics of one handler, over record operands. */
export interface Handler {
  readonly name: string
  readonly body: readonly Node[]
  readonly count: number
  readonly vars: readonly Type[]
}

const fieldAt = [Rec.regs, Rec.regs + 2, Rec.regs + 4, Rec.regs + 6, Rec.imm, Rec.aux, Rec.size, Rec.word]

export class HandlerLowerer extends AccessLowerer {
  readonly #frame: Frame
  /** Absent: no record asks for callbacks. */
  readonly #hooks: HookCalls | undefined
  #vars: number[] = []

  constructor(frame: Frame, hooks: HookCalls | undefined) {
    super(frame.code, frame.index, frame.runtime)
    this.#frame = frame
    this.#hooks = hooks
  }

  /** Emits a handler; falls through behind it if the block goes on. */
  handler({ body, count, vars }: Handler): void {
    this.#vars = vars.map(type => this.code.local(type))
    this.lower(body, count)
    for (const v of this.#vars) this.code.release(v)
  }

  protected override get observed(): boolean {
    return this.#hooks !== undefined
  }
  protected override accessed(access: LoweredAccess): void {
    this.#hooks?.accessed(access, () => this.checkExit())
  }

  /** The current instruction begins anew, alone, if it is not alone yet. */
  #alone(): void {
    const { code } = this
    this.#frame.loadHead(Head.single)
    code.op('i32.eqz')
    code.if()
    code.i32(Exit.step)
    this.#frame.sideExit()
    code.end()
  }

  protected override emit(node: Node): void {
    const frame = this.#frame
    if (node.op === 'operand') {
      const field = Number(node.imm)
      const opcode = field <= Field.r3 ? 'i32.load16_u' : field === Field.size ? 'i32.load8_u' : 'i32.load'
      return frame.load(frame.rec, fieldAt[field] as number, opcode)
    }
    if (node.op === 'here') return frame.here()
    super.emit(node)
  }

  protected override control(node: Node): void {
    const { code } = this
    const frame = this.#frame
    const [a, b, c] = node.args as [Node, Node, Node]
    switch (node.op) {
      case 'insn':
        return
      case 'goto':
        this.storePc(a)
        this.#hooks?.edge(() => code.i32(2))
        return code.br(frame.dispatch)
      case 'branch': {
        const taken = code.local('i32')
        this.value(a)
        code.set(taken)
        code.get(cpuLocal)
        this.value(b)
        if (b.type === 'i32') code.op('i64.extend_i32_u')
        this.value(c)
        if (c.type === 'i32') code.op('i64.extend_i32_u')
        code.get(taken)
        code.op('select')
        code.mem('i64.store', Head.pc)
        this.#hooks?.edge(() => {
          code.get(taken)
          code.i32(0)
          code.op('i32.ne')
        })
        code.release(taken)
        return code.br(frame.dispatch)
      }
      case 'raise':
        this.describeTrap(a, b)
        code.i32(Exit.trap)
        return frame.sideExit()
      case 'leave':
        this.storePc(a)
        frame.endStep()
        return frame.leaveWith(Number(node.imm))
      case 'timed':
        return node.imm ? this.#alone() : undefined
      case 'exact':
        return this.#alone()
      case 'check':
        return this.checkExit()
      default:
        throw new Error(`IR: ${node.op} does not belong in a handler`)
    }
  }

  protected override checkExit(): void {
    const frame = this.#frame
    frame.loadHead(Head.exit)
    this.code.if()
    frame.loadHead(Head.exit)
    frame.sideExit()
    this.code.end()
  }
  protected override tlbBase(): void {
    this.#frame.loadHead(Head.tlb)
  }
  protected override varLocal(index: number): number {
    return this.#vars[index] as number
  }
}
