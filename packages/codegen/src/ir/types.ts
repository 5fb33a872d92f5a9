/** A value's type, as in WebAssembly. Booleans are i32 with 0 or 1. A v128 never crosses to JavaScript. */
export type Type = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** Bytes of a value in memory. */
export const typeBytes: Readonly<Record<Type, 4 | 8 | 16>> = { i32: 4, i64: 8, f32: 4, f64: 8, v128: 16 }

/**
 * Width and sign extension of a memory access; floats travel as their bits. 128 is for vectors; what a vector loads with
 * another width is its lowest bits, the others are 0, and of a store too those count.
 */
export type Width = '8s' | '8u' | '16s' | '16u' | '32s' | '32u' | '64' | '128'

/** Widths in which values of a type are loaded and stored. */
export const accessWidths: Readonly<Partial<Record<Type, readonly Width[]>>> = {
  i32: ['8s', '8u', '16s', '16u', '32s', '32u'],
  i64: ['8s', '8u', '16s', '16u', '32s', '32u', '64'],
  v128: ['32u', '64', '128'],
}

/** Bytes that an access of this width touches. */
export const widthBytes: Readonly<Record<Width, 1 | 2 | 4 | 8 | 16>> = {
  '8s': 1,
  '8u': 1,
  '16s': 2,
  '16u': 2,
  '32s': 4,
  '32u': 4,
  '64': 8,
  '128': 16,
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

/**
 * Something that `call` can reach: a function made of IR, or one of the host's (an import). The host's have no v128: it
 * gets a vector through two i64 slots, or the address of one.
 */
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
  /** Constant value (`const`), state offset, variable number, memory offset, lane or exit code, as `ops/` says. */
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
