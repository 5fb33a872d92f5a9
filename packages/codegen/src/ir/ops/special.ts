/** Operations that are not plain arithmetic: values and state, memory, control. */
import type { SpecialOp } from './info.ts'

/** [number of arguments, does it give a value?, effect, what it does] */
type Row = readonly [arity: number, value: boolean, effect: SpecialOp['effect'], doc: string]

const state = {
  const: [0, true, 'none', 'imm = the value'],
  select: [3, true, 'none', 'condition, value if not 0, value if 0'],
  get: [0, true, 'read', 'imm = offset of the state slot'],
  set: [1, false, 'write', 'imm = offset of the state slot'],
  getx: [1, true, 'read', 'state slot at an offset known at run time only (i32)'],
  setx: [2, false, 'write', 'offset, value'],
  cpu: [0, true, 'none', 'base address of the vCPU state in linear memory'],
  operand: [0, true, 'none', 'a field of the decoded instruction record (T0 only); imm = field number'],
  here: [0, true, 'none', 'address of the current instruction (T0 only)'],
  vget: [0, true, 'read', 'imm = variable number'],
  vset: [1, false, 'write', 'imm = variable number'],
  count: [1, false, 'write', 'imm = offset of the state slot to which the constant is added; regions only'],
  left: [0, true, 'read', 'budget that is left before the current instruction (regions only)'],
} satisfies Record<string, Row>

const memory = {
  rload: [1, true, 'read', "the engine's own memory: address (i32) + imm, width"],
  rstore: [2, false, 'write', 'address (i32) + imm, value, width'],
  fill: [3, false, 'write', "the engine's own memory: address, byte, count"],
  mload: [1, true, 'read', 'guest RAM and ROM at a linear address (i32) + imm, width'],
  mstore: [2, false, 'write', 'guest RAM at an address (i32) + imm, value, width'],
  gload: [1, true, 'control', 'guest memory through the soft TLB: address, width; may leave'],
  gstore: [2, false, 'control', 'guest memory through the soft TLB: address, value, width; may leave'],
  gprobe: [1, false, 'control', 'as a gstore to the address would, but stores nothing; width'],
  gmodify: [
    1,
    true,
    'control',
    'as gload, of what the next gput stores to: faults as a gstore; address, width',
  ],
  gput: [1, false, 'control', 'stores to the place of the gmodify before: value, width'],
} satisfies Record<string, Row>

const control = {
  call: [-1, true, 'write', 'callee, arguments after the vCPU base'],
  if: [1, false, 'control', 'condition, body, orelse'],
  loop: [0, false, 'control', 'body, for ever; `break` leaves it'],
  break: [0, false, 'control', 'leaves the innermost loop'],
  return: [-1, false, 'control', 'functions only'],
  insn: [0, false, 'control', 'an instruction begins; imm = its number in the block'],
  goto: [
    1,
    false,
    'control',
    'the block ends; next pc; imm 1: through the dispatcher, which looks at requests',
  ],
  branch: [3, false, 'control', 'the block ends: condition, pc if taken, pc if not'],
  raise: [2, false, 'control', 'synchronous exception by this instruction: cause (i32), value (i64)'],
  leave: [1, false, 'control', 'the instruction is done, next pc; imm = exit code for the run loop'],
  exact: [0, false, 'control', 'what follows must not run in a region: only in single-step of T0'],
  timed: [0, false, 'control', 'imm 1: what follows reads the time, which must be exact; imm 0: no longer'],
  pause: [
    0,
    false,
    'control',
    'an instruction has reached a device: leave before the next one if the run loop is wanted (regions only)',
  ],
  check: [0, false, 'control', 'leave if the call before left an exit code'],
  hook: [
    0,
    false,
    'control',
    'callback of a plugin; imm = 4 × hook number, + 1 if it reads state, + 2 if it writes',
  ],
  hooked: [
    0,
    false,
    'control',
    'the callbacks before the instruction have run: leave if the run loop is wanted',
  ],
} satisfies Record<string, Row>

export const specialOps: Readonly<Record<string, SpecialOp>> = Object.fromEntries(
  Object.entries<Row>({ ...state, ...memory, ...control }).map(([name, [arity, value, effect, doc]]) => [
    name,
    { kind: 'special', arity, value, effect, doc },
  ]),
)
