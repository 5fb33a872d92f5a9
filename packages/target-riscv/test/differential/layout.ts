/** Where the parts of a random program lie. All offsets that the runtime uses fit a 12-bit immediate. */
export const Place = {
  /** Start, trap handler, checksums, output. */
  runtime: 0x80000000,
  /** In the runtime: where a chunk jumps to at its end, with t6 and mscratch exchanged and ra saved. */
  end: 0x80000004,
  /** Saved registers and counters; mscratch points here while a chunk runs. */
  area: 0x80002000,
  /** The state at the last dump, from `Slot.x` to `Slot.last`. */
  shadow: 0x80003000,
  /** What chunks load and store; a page ends in the middle. */
  data: 0x80003f00,
  /** What `data` holds when a chunk begins; chunks take fresh values from here and never store here. */
  pool: 0x80005000,
  /** Descriptors of the chunks, then their code. */
  chunks: 0x80006000,
} as const

export const dataSize = 512

/**
 * Slots of the area, 8 bytes each on both widths. Those from `x` to `last` are what a chunk leaves: they are folded
 * into its checksum.
 */
export const Slot = {
  x: 0,
  f: 32,
  fcsr: 64,
  mstatus: 65,
  csrs: 66,
  /** Hash over mcause, mtval and mepc of every trap. */
  traps: 76,
  last: 77,
  // Not part of the result:
  hash: 80,
  repeats: 81,
  index: 82,
  descriptor: 83,
  multiplier: 84,
  count: 85,
  t: 88,
} as const

/** CSRs that chunks write, saved from `Slot.csrs` on, and 0 when a chunk begins. mepc then holds its address. */
export const chunkCsrs = [
  ...['sscratch', 'sepc', 'scause', 'stval', 'stvec', 'mie', 'mcause', 'mtval', 'mepc', 'scounteren'],
] as const

/** Descriptor of a chunk: code address, fcsr, x1 … x31, f0 … f31; 8 bytes each. */
export const Descriptor = { code: 0, fcsr: 8, x: 8, f: 264, size: 520 } as const
