/**
 * Names of the control and status registers by number ("Privileged Architecture", chapter "CSRs", and the
 * chapters of the extensions that add some). A name here does not mean that the emulated hart has it.
 */

/** A row names consecutive numbers; `name{3..31}` stands for a numbered family. */
const data: readonly (readonly [first: number, names: string])[] = [
  // Unprivileged
  [0x001, 'fflags frm fcsr'],
  [0x008, 'vstart vxsat vxrm'],
  [0x00f, 'vcsr'],
  [0x011, 'ssp'],
  [0x015, 'seed'],
  [0x017, 'jvt'],
  [0xc00, 'cycle time instret hpmcounter{3..31}'],
  [0xc20, 'vl vtype vlenb'],
  [0xc80, 'cycleh timeh instreth hpmcounter{3..31}h'],

  // Supervisor
  [0x100, 'sstatus'],
  [0x104, 'sie stvec scounteren'],
  [0x10a, 'senvcfg'],
  [0x10c, 'sstateen{0..3}'],
  [0x114, 'sieh'],
  [0x120, 'scountinhibit'],
  [0x140, 'sscratch sepc scause stval sip'],
  [0x14d, 'stimecmp'],
  [0x150, 'siselect sireg sireg2 sireg3 siph sireg4 sireg5 sireg6'],
  [0x15c, 'stopei stimecmph'],
  [0x180, 'satp srmcfg'],
  [0x5a8, 'scontext'],
  [0xda0, 'scountovf'],
  [0xdb0, 'stopi'],

  // Hypervisor and virtual supervisor
  [0x200, 'vsstatus'],
  [0x204, 'vsie vstvec'],
  [0x214, 'vsieh'],
  [0x240, 'vsscratch vsepc vscause vstval vsip'],
  [0x24d, 'vstimecmp'],
  [0x250, 'vsiselect vsireg vsireg2 vsireg3 vsiph vsireg4 vsireg5 vsireg6'],
  [0x25c, 'vstopei vstimecmph'],
  [0x280, 'vsatp'],
  [0x600, 'hstatus'],
  [0x602, 'hedeleg hideleg hie htimedelta hcounteren hgeie'],
  [0x608, 'hvien hvictl henvcfg'],
  [0x60c, 'hstateen{0..3}'],
  [0x612, 'hedelegh hidelegh'],
  [0x615, 'htimedeltah'],
  [0x618, 'hvienh'],
  [0x61a, 'henvcfgh'],
  [0x61c, 'hstateen{0..3}h'],
  [0x643, 'htval hip hvip hviprio1 hviprio2'],
  [0x64a, 'htinst'],
  [0x655, 'hviph hviprio1h hviprio2h'],
  [0x680, 'hgatp'],
  [0x6a8, 'hcontext'],
  [0xe12, 'hgeip'],
  [0xeb0, 'vstopi'],

  // Machine
  [0x300, 'mstatus misa medeleg mideleg mie mtvec mcounteren'],
  [0x308, 'mvien mvip menvcfg'],
  [0x30c, 'mstateen{0..3}'],
  [0x310, 'mstatush'],
  [0x312, 'medelegh midelegh mieh'],
  [0x318, 'mvienh mviph'],
  [0x31a, 'menvcfgh'],
  [0x31c, 'mstateen{0..3}h'],
  [0x320, 'mcountinhibit mcyclecfg minstretcfg mhpmevent{3..31}'],
  [0x340, 'mscratch mepc mcause mtval mip'],
  [0x34a, 'mtinst mtval2'],
  [0x350, 'miselect mireg mireg2 mireg3 miph mireg4 mireg5 mireg6'],
  [0x35c, 'mtopei'],
  [0x3a0, 'pmpcfg{0..15} pmpaddr{0..63}'],
  [0x721, 'mcyclecfgh minstretcfgh mhpmevent{3..31}h'],
  [0x740, 'mnscratch mnepc mncause'],
  [0x744, 'mnstatus'],
  [0x747, 'mseccfg'],
  [0x757, 'mseccfgh'],
  [0x7a0, 'tselect tdata{1..3} tinfo tcontrol'],
  [0x7a8, 'mcontext'],
  [0x7aa, 'mscontext'],
  [0x7b0, 'dcsr dpc dscratch0 dscratch1'],
  [0xb00, 'mcycle'],
  [0xb02, 'minstret mhpmcounter{3..31}'],
  [0xb80, 'mcycleh'],
  [0xb82, 'minstreth mhpmcounter{3..31}h'],
  [0xf11, 'mvendorid marchid mimpid mhartid mconfigptr'],
  [0xfb0, 'mtopi'],
]

export const csrNames: ReadonlyMap<number, string> = new Map(
  data.flatMap(([first, names]) =>
    names
      .split(' ')
      .flatMap(family)
      .map((name, i): [number, string] => [first + i, name]),
  ),
)

const inverse = Array.from(csrNames, ([number, name]): [string, number] => [name, number])
export const csrNumbers: ReadonlyMap<string, number> = new Map(inverse)

/** 'tdata{1..3}' → tdata1, tdata2, tdata3 */
function family(name: string): string[] {
  const [all, stem = '', first, last, end = ''] = /^(.*)\{(\d+)\.\.(\d+)\}(.*)$/.exec(name) ?? []
  if (all === undefined) return [name]
  const count = Number(last) - Number(first) + 1
  return Array.from({ length: count }, (_, i) => stem + (Number(first) + i) + end)
}
