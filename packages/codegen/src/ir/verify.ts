/** Checks that IR is well formed: what the lowering and the oracle take for granted. */
import { type NumericOp, opInfo } from './ops/index.ts'
import { split } from './ops/lanes.ts'
import { accessWidths, type Node, type Type } from './types.ts'

/** Operations after which nothing may stand in the same body. */
const terminators = new Set(['goto', 'branch', 'raise', 'leave', 'return', 'break'])
const integer = (t: Type | undefined): boolean => t === 'i32' || t === 'i64'

/** Argument types that a special operation demands; undefined: anything goes, or it is checked apart. */
const demands: Readonly<Record<string, readonly (Type | 'integer' | 'any')[]>> = {
  select: ['i32', 'any', 'any'],
  set: ['any'],
  getx: ['i32'],
  setx: ['i32', 'any'],
  vset: ['any'],
  rload: ['i32'],
  rstore: ['i32', 'any'],
  mload: ['i32'],
  mstore: ['i32', 'any'],
  fill: ['i32', 'i32', 'i32'],
  gload: ['integer'],
  gstore: ['integer', 'any'],
  gprobe: ['integer'],
  gmodify: ['integer'],
  gput: ['any'],
  count: ['integer'],
  if: ['i32'],
  goto: ['integer'],
  branch: ['i32', 'integer', 'integer'],
  raise: ['i32', 'integer'],
  leave: ['integer'],
}

/** Is this what an operation's `immediate` asks for? */
const isImmediate = (imm: Node['imm'], wanted: NumericOp['immediate']): boolean =>
  wanted === undefined ||
  (wanted === 'shuffle'
    ? typeof imm === 'bigint' && split('i8x16', imm).every(n => n < 32n)
    : Number.isInteger(imm) && Number(imm) >= 0 && Number(imm) < wanted)

/** All faults found, one line each; empty if the IR is well formed. */
export function verifyIr(body: readonly Node[], vars: readonly Type[] = []): string[] {
  const faults: string[] = []
  const seen = new Set<number>()

  const check = (list: readonly Node[], visible: Set<Node>, loops: number): void => {
    list.forEach((n, i) => {
      const fault = (text: string): void => void faults.push(`${n.type ? `%${n.id} = ` : ''}${n.op}: ${text}`)
      if (seen.has(n.id)) fault('number used twice')
      seen.add(n.id)
      const info = opInfo(n.op)
      for (const a of n.args) if (!visible.has(a)) fault(`%${a.id} is not visible here`)
      const types = n.args.map(a => a.type)
      if (info.kind === 'numeric') {
        if (types.join() !== info.args.join()) fault(`takes ${info.args.join(' ')}, gets ${types.join(' ')}`)
        if (n.type !== info.result) fault(`gives ${info.result}, not ${n.type}`)
        if (!isImmediate(n.imm, info.immediate)) fault(`cannot have the immediate ${n.imm}`)
      } else {
        if (info.arity >= 0 && n.args.length !== info.arity)
          fault(`takes ${info.arity} arguments, gets ${n.args.length}`)
        demands[n.op]?.forEach((want, k) => {
          const ok = want === 'any' || (want === 'integer' ? integer(types[k]) : want === types[k])
          if (!ok) fault(`argument ${k} is ${types[k]}, not ${want}`)
        })
        if (info.value && n.op !== 'call' && !n.type) fault('has no type')
      }
      if (n.op === 'select' && types[1] !== types[2]) fault('the two values differ in type')
      if (n.op === 'call') {
        if (types.join() !== n.callee?.params.join())
          fault(`${n.callee?.name} takes ${n.callee?.params.join(' ')}, gets ${types.join(' ')}`)
        if (n.type !== n.callee?.result) fault(`${n.callee?.name} gives ${n.callee?.result}`)
      }
      if (n.op === 'vget' && vars[Number(n.imm)] !== n.type)
        fault(`variable ${n.imm} is ${vars[Number(n.imm)]}`)
      if (n.op === 'vset' && vars[Number(n.imm)] !== types[0])
        fault(`variable ${n.imm} is ${vars[Number(n.imm)]}`)
      if (/^g(load|store|probe|modify|put)$|^[rm](load|store)$/.test(n.op)) {
        const type = n.type ?? (n.op === 'gput' ? types[0] : types[1])
        if (!n.width) fault('has no width')
        else if (type && !accessWidths[type]?.includes(n.width)) fault(`${type} has no width ${n.width}`)
      }
      if (n.op === 'break' && !loops) fault('outside a loop')
      if (terminators.has(n.op) && i !== list.length - 1) fault('does not end its body')
      if (n.body) check(n.body, new Set(visible), loops + (n.op === 'loop' ? 1 : 0))
      if (n.orelse) check(n.orelse, new Set(visible), loops)
      if (n.type) visible.add(n)
    })
  }
  check(body, new Set(), 0)
  return faults
}
