/** A piece of the loaded program. */
export interface ProgramSegment {
  /** Virtual address. */
  readonly address: bigint
  readonly physical: bigint
  /** Bytes in memory. */
  readonly size: number
  readonly executable: boolean
}

/** A named place in the loaded program. */
export interface ProgramSymbol {
  readonly name: string
  /** Virtual address. */
  readonly address: bigint
  /** Bytes; 0: unknown. */
  readonly size: number
  readonly kind: 'function' | 'object' | 'label'
}

/** The program that the user gave. */
export interface Program {
  /** As the user named it, such as the path. */
  readonly name: string
  /** Physical address of the first instruction. */
  readonly entry: bigint
  readonly segments: readonly ProgramSegment[]
  /** By ascending address; empty if there are none. */
  symbols(): readonly ProgramSymbol[]
  /** The file itself, for debug information; undefined if the host has not kept it. */
  bytes(): Uint8Array | undefined
}
