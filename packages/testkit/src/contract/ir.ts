/** The target's IR: well formed, and within what the lowering assumes. */
import {
  Builder,
  Head,
  homeOf,
  type IrFunction,
  irFunction,
  knownOperands,
  type Node,
  recordOperands,
  typeBytes,
  verifyIr,
} from '@guestscope/codegen'
import type { DecodedInsn, Target } from '@guestscope/core'
import { none } from '../assert.ts'
import { randomInsns } from './decoding.ts'
import type { Check, ContractOptions } from './options.ts'

/** Every node, nested ones included. */
export function* allNodes(body: readonly Node[]): Generator<Node> {
  for (const node of body) {
    yield node
    yield* allNodes(node.body ?? [])
    yield* allNodes(node.orelse ?? [])
  }
}

const functionsOf = (target: Target): readonly IrFunction[] => [
  target.functions.translate,
  irFunction('enterTrap', ['i32', 'i64'], undefined, b => target.enterTrap(b, b.vget(0), b.vget(1))),
  ...target.functions.others,
]

/** Where control goes other than to the next instruction. */
const leaving = new Set(['goto', 'branch', 'leave'])

const pc = 0x8000_1000n

function known(target: Target, insn: DecodedInsn, flags: number): Builder {
  const { promote, fixed } = target.state
  const b = new Builder([], offset => promote(offset) !== undefined)
  b.insn(0)
  target.semantics[insn.handler]?.emit(b, knownOperands(b, insn, pc, fixed), flags)
  return b
}

/**
 * Functions that run while a region holds registers in locals: what translated instructions call, and what accesses to
 * memory do. Handlers of unknown operands may call others.
 */
function underRegions(options: ContractOptions): IrFunction[] {
  const { target } = options
  const byName = new Map(functionsOf(target).map(f => [f.name, f]))
  const found = new Set<IrFunction>([target.functions.translate])
  const visit = (body: readonly Node[]): void => {
    for (const { callee } of allNodes(body)) {
      const f = callee && byName.get(callee.name)
      if (!f || found.has(f)) continue
      found.add(f)
      visit(f.body)
    }
  }
  visit(target.functions.translate.body)
  for (const flags of options.flags ?? [0])
    for (const insn of randomInsns(options, 5000, flags)) visit(known(target, insn, flags).body)
  return [...found]
}

/** State offsets that translated instructions name, in order. */
export function slotsInUse(options: ContractOptions): number[] {
  const slots = new Set<number>()
  for (const insn of randomInsns(options, 2000))
    for (const n of allNodes(known(options.target, insn, options.flags?.[0] ?? 0).body))
      if (n.op === 'get' || n.op === 'set') slots.add(Number(n.imm))
  return [...slots].sort((a, b) => a - b)
}

function knownFaults(target: Target, insn: DecodedInsn, flags: number): string[] {
  const { promote } = target.state
  const b = known(target, insn, flags)
  const faults = verifyIr(b.body, b.vars)
  for (const n of allNodes(b.body)) {
    const type = n.op === 'get' ? n.type : n.op === 'set' ? n.args[0]?.type : undefined
    const home = type && homeOf(promote, Number(n.imm))
    const distance = Number(n.imm) - (home?.offset ?? 0)
    const isPart = home?.type === 'v128' && type && distance % typeBytes[type] === 0
    if (home && type !== home.type && !isPart)
      faults.push(`${n.op} ${n.imm} is ${type}, and its local is ${home.type}`)
    if (!insn.endsBlock && leaving.has(n.op)) faults.push(`${n.op}, though it does not end its block`)
  }
  const what = `${target.semantics[insn.handler]?.name} (word ${insn.word}, flags ${flags})`
  return faults.map(fault => `${what}: ${fault}`)
}

export function irCases(options: ContractOptions): Check[] {
  const { target } = options
  const promoted = (offset: number): boolean => homeOf(target.state.promote, offset) !== undefined

  return [
    [
      'every kind of instruction has a name of its own',
      () => {
        const names = target.semantics.map(s => s.name)
        none('semantics without a name, or with another name', [
          ...names.filter((name, i) => name === '' || names.indexOf(name) !== i),
        ])
      },
    ],
    [
      'semantics of unknown operands are well-formed IR',
      () => {
        const faults = target.semantics.flatMap(s => {
          const b = new Builder()
          s.emit(b, recordOperands(b), undefined)
          return verifyIr(b.body, b.vars).map(fault => `${s.name}: ${fault}`)
        })
        none('malformed handlers', faults)
      },
    ],
    [
      'semantics of known operands are well-formed IR, and go on behind the instruction unless it ends its block',
      () => {
        const flags = options.flags ?? [0]
        const faults = flags.flatMap(f =>
          randomInsns(options, 2000, f).flatMap(insn => knownFaults(target, insn, f)),
        )
        none('malformed instructions', faults)
      },
    ],
    [
      'functions are well-formed IR, with names of their own',
      () => {
        const functions = functionsOf(target)
        const names = functions.map(f => f.name)
        none('functions', [
          ...functions.flatMap(f => verifyIr(f.body, f.vars).map(fault => `${f.name}: ${fault}`)),
          ...names.filter((name, i) => names.indexOf(name) !== i).map(name => `${name} is there twice`),
        ])
      },
    ],
    [
      'functions that translated code calls leave alone the slots that regions keep in locals',
      () => {
        const faults = underRegions(options).flatMap(f =>
          [...allNodes(f.body)]
            .filter(n => (n.op === 'get' || n.op === 'set') && promoted(Number(n.imm)))
            .map(n => `${f.name}: ${n.op} ${n.imm}`),
        )
        none('slots of locals', faults)
      },
    ],
    [
      'functions and handlers keep to the state and the head',
      () => {
        const { size } = target.state
        const bodies: [string, readonly Node[]][] = functionsOf(target).map(f => [f.name, f.body])
        for (const s of target.semantics) {
          const b = new Builder()
          s.emit(b, recordOperands(b), undefined)
          bodies.push([s.name, b.body])
        }
        const runLoops: readonly number[] = [Head.budget, Head.single, Head.discon, Head.space, Head.index]
        const faults = bodies.flatMap(([name, body]) =>
          [...allNodes(body)].flatMap(n => {
            const at = Number(n.imm)
            if (n.op !== 'get' && n.op !== 'set') return []
            if (at < 0 || at >= size) return [`${name}: ${n.op} ${at}`]
            return n.op === 'set' && runLoops.includes(at)
              ? [`${name}: set ${at}, which is the run loop's`]
              : []
          }),
        )
        none('places outside the state', faults)
      },
    ],
  ]
}
