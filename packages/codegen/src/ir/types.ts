/** A value's type, as in WebAssembly. Booleans are i32 with 0 or 1. */
export type Type = 'i32' | 'i64' | 'f32' | 'f64'

/** Width and sign extension of a memory access; floats travel as their bits. */
export type Width = '8s' | '8u' | '16s' | '16u' | '32s' | '32u' | '64'

/** Bytes that an access of this width touches. */
export const widthBytes: Readonly<Record<Width, 1 | 2 | 4 | 8>> = {
  '8s': 1,
  '8u': 1,
  '16s': 2,
  '16u': 2,
  '32s': 4,
  '32u': 4,
  '64': 8,
}

/** How a guest access is made if not as usual; constant for each operation. */
export interface AccessDescriptor {
  /**
   * Number of the soft TLB that it goes through, which `translate` hears of, too: the access is made with another privilege or in
   * another address space than the CPU's state says. Absent: as that says (`Head.tlb`).
   */
  readonly mode?: number
  /** Byte order in memory. Absent: the lowest byte comes first. */
  readonly order?: 'big'
}

/** Something that `call` can reach: a function made of IR, or one of the host's (an import). */
export interface Callee {
  readonly name: string
  readonly params: readonly Type[]
  readonly result: Type | undefined
}

/**
 * One IR operation. A node with a type is a value, defined once and used only after its definition, in the same
 * body or one nested in it. Everything that lives longer is a state slot or a variable.
 */
export interface Node {
  /** Number within its builder: index of side tables. */
  readonly id: number
  readonly op: string
  readonly type: Type | undefined
  readonly args: readonly Node[]
  /** Constant value (`const`), state offset, variable number, memory offset or exit code, as `ops.ts` says. */
  readonly imm: number | bigint
  readonly width?: Width
  /** Of guest accesses. */
  readonly access?: AccessDescriptor
  readonly callee?: Callee
  /** Nested statements of `if` (then-part) and `loop`. */
  readonly body?: readonly Node[]
  readonly orelse?: readonly Node[]
}

/** A function made of IR. Parameter 0 is always the vCPU's base address (i32) in linear memory. */
export interface IrFunction extends Callee {
  /** Types of the variables; the first ones are the parameters after the vCPU base. */
  readonly vars: readonly Type[]
  readonly body: readonly Node[]
  /** Number of nodes: every id is below it. */
  readonly count: number
}
