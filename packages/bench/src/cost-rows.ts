/** What instrumentation is measured: one row for each kind. */

export interface CostRow {
  /** Mode of our plugin (`plugins/cost.ts`), and the row's name. */
  readonly mode: string
  readonly about: string
  /** Mode of QEMU's plugin that does the same; none where QEMU has nothing like it. */
  readonly qemu?: string
  /** Guests: of all kinds, or those that do nothing but trap. */
  readonly guests: 'plain' | 'trapping'
  /** What the plugin counts; rows that count the same must find the same number in the same guest. */
  readonly counts: 'blocks' | 'instructions' | 'accesses' | 'events' | 'nothing'
  /** The goal, if there is one: at most so many times the time without plugin. */
  readonly most?: number
}

const plain = 'plain'

export const costRows: readonly CostRow[] = [
  {
    mode: 'block-counter',
    about: 'a counter per block',
    qemu: 'tb-inline',
    guests: plain,
    counts: 'blocks',
    most: 1.05,
  },
  {
    mode: 'insn-counter',
    about: 'a counter per instruction',
    qemu: 'insn-inline',
    guests: plain,
    counts: 'instructions',
    most: 1.15,
  },
  {
    mode: 'memory-counter',
    about: 'a counter per memory access',
    qemu: 'mem-inline',
    guests: plain,
    counts: 'accesses',
    most: 1.1,
  },
  {
    mode: 'block-callback',
    about: 'a callback per block',
    qemu: 'tb-cb',
    guests: plain,
    counts: 'blocks',
  },
  {
    mode: 'block-deferred',
    about: 'a deferred callback per block',
    qemu: 'tb-cb',
    guests: plain,
    counts: 'blocks',
    most: 2,
  },
  {
    mode: 'memory-callback',
    about: 'a callback per memory access',
    qemu: 'mem-cb',
    guests: plain,
    counts: 'accesses',
  },
  {
    mode: 'memory-deferred',
    about: 'a deferred callback per memory access',
    qemu: 'mem-cb',
    guests: plain,
    counts: 'accesses',
    most: 3,
  },
  {
    mode: 'memory-trace',
    about: 'a record of every access, with a consumer',
    guests: plain,
    counts: 'accesses',
    most: 1.5,
  },
  {
    mode: 'insn-trace',
    about: 'a record of every instruction, with a consumer',
    qemu: 'insn-cb',
    guests: plain,
    counts: 'instructions',
    most: 2.5,
  },
  {
    mode: 'discon-counter',
    about: 'discontinuities counted',
    qemu: 'discon-count',
    guests: 'trapping',
    counts: 'events',
    most: 1.05,
  },
  {
    mode: 'discon-callback',
    about: 'a callback per discontinuity',
    qemu: 'discon-empty',
    guests: 'trapping',
    counts: 'events',
  },
  {
    mode: 'discon-unused',
    about: 'discontinuity callback, no traps',
    qemu: 'discon-empty',
    guests: plain,
    counts: 'nothing',
    most: 1,
  },
]
