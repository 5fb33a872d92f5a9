/** What a program is once its file has been read. */

/** Bytes to load. */
export interface Segment {
  /**
   * Where the contents are loaded. If it is not `virtual`, that is where the program itself moves them to (variables
   * of firmware in flash), or where page tables will show them.
   */
  physical: bigint
  virtual: bigint
  /** Contents, a view of the file; at most `memorySize`. */
  bytes: Uint8Array
  /** Bytes in memory from `virtual` on; those after the contents are zero. */
  memorySize: number
  /** Holds code. */
  executable: boolean
  /**
   * So many of the first bytes belong to no section: they are the headers of the file, which linkers put in front of
   * the first section. A machine without memory there does without them. Absent: none, or nobody knows.
   */
  headers?: number
  /** Where the bytes come from, for messages: names of sections, or a line of a HEX file. */
  origin?: string
}

/** A named place. */
export interface ImageSymbol {
  name: string
  /** Virtual address. */
  address: bigint
  /** Bytes; 0: unknown. */
  size: number
  /** `label`: without a type, as assembly programs have them. */
  kind: 'function' | 'object' | 'label'
}

/** A program. */
export interface LoadedImage {
  /** e_machine: 243 RISC-V, 40 Arm, 183 AArch64, 3 i386, 62 x86-64 … */
  machine: number
  bits: 32 | 64
  littleEndian: boolean
  /** Physical address of the first instruction: e_entry, moved as the executable segment that it lies in. */
  entry: bigint
  /** Those with bytes in memory, as in the file. */
  segments: Segment[]
  /** Functions, objects and labels by ascending address; read at the first call. Empty if stripped or damaged. */
  symbols(): ImageSymbol[]
}
