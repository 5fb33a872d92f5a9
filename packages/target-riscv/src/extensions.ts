/**
 * Every extension that a hart can have: the one place that knows them all. Decoder, disassembler, assembler, random
 * instructions, ISA string and device tree, misa, CSRs, properties of `--cpu`, documentation and tests follow from it.
 * In the order of the manuals. docs/adding-an-instruction.md says how to add one.
 */
import { type Extension, nameOf } from './extension.ts'
import { rvA } from './isa/a.ts'
import { rvC, rvZcd, rvZcf } from './isa/c.ts'
import { rvD } from './isa/d.ts'
import { rvF } from './isa/f.ts'
import { rvM } from './isa/m.ts'
import { rvEnvironment, rvMachine, rvSupervisor } from './isa/priv.ts'
import { rvI } from './isa/rv-i.ts'
import { rvSvinval } from './isa/svinval.ts'
import { rvZba, rvZbb, rvZbs } from './isa/zb.ts'
import { rvZbc } from './isa/zbc.ts'
import { rvZbkb } from './isa/zbkb.ts'
import { rvZfh, rvZfhmin, rvZfhminD } from './isa/zfh.ts'
import { rvZicbom, rvZicboz } from './isa/zicbo.ts'
import { rvZicond } from './isa/zicond.ts'
import { rvZicsr, rvZifencei } from './isa/zicsr.ts'
import { floatCsrs } from './sysregs/float.ts'
import { STCE, timerCsrs, timerFunctions, timerHost } from './sysregs/sstc.ts'
import { atomic } from './translate/a.ts'
import { doubleFloat } from './translate/d.ts'
import { singleFloat } from './translate/f.ts'
import { floatFunctions } from './translate/float-functions.ts'
import { floatHost } from './translate/float-host.ts'
import { integer } from './translate/i.ts'
import { multiply } from './translate/m.ts'
import { environment, machineMode, supervisorMode } from './translate/priv.ts'
import { fineInvalidation } from './translate/svinval.ts'
import { addresses, basicBits, singleBits } from './translate/zb.ts'
import { carryless, carrylessFunctions } from './translate/zbc.ts'
import { cryptographicBits } from './translate/zbkb.ts'
import { halfAndDouble, halfFloat, halfMoves } from './translate/zfh.ts'
import { blockBytes, blockFunctions, blockManagement, blockZero, Envcfg } from './translate/zicbo.ts'
import { conditional } from './translate/zicond.ts'
import { csrInstructions, fetchFence } from './translate/zicsr.ts'

// biome-ignore format: a table, an extension per paragraph
export const extensions: readonly Extension[] = [
  { title: 'I', about: 'base integer instructions', usual: 'always',
    rows: [...rvI, ...rvEnvironment], semantics: xlen => [...integer(xlen), ...environment(xlen)] },
  { title: 'Zifencei', about: 'fence.i', usual: 'always', kind: 'system', rows: rvZifencei, semantics: fetchFence },
  { title: 'Zicsr', about: 'access to CSRs', usual: 'always', kind: 'system', rows: rvZicsr, semantics: csrInstructions },
  { title: 'Zicntr', about: 'cycle, time, instret', usual: 'always' },
  { title: 'Zicbom', about: 'cache-block management', usual: 'on', kind: 'system', late: true,
    rows: rvZicbom, semantics: blockManagement, functions: blockFunctions, tree: { 'riscv,cbom-block-size': blockBytes },
    environment: { machine: Envcfg.CBIE | Envcfg.CBCFE, supervisor: Envcfg.CBIE | Envcfg.CBCFE } },
  { title: 'Zicbop', about: 'hints to fetch cache blocks', usual: 'on', tree: { 'riscv,cbop-block-size': blockBytes } },
  { title: 'Zicboz', about: 'zeros for cache blocks', usual: 'on', late: true,
    rows: rvZicboz, semantics: blockZero, tree: { 'riscv,cboz-block-size': blockBytes },
    environment: { machine: Envcfg.CBZE, supervisor: Envcfg.CBZE } },
  { title: 'Zicond', about: 'conditional zero', usual: 'on', unassembled: true, rows: rvZicond, semantics: conditional },
  { title: 'M', about: 'multiplication and division', usual: 'on', kind: 'multiply', rows: rvM, semantics: multiply },
  { title: 'A', about: 'atomic instructions', usual: 'on', kind: 'atomic', rows: rvA, semantics: atomic },
  { title: 'F', about: 'single-precision floating point', usual: 'on', kind: 'float', late: true,
    rows: rvF, semantics: singleFloat, functions: floatFunctions, host: floatHost, csrs: () => floatCsrs },
  { title: 'D', about: 'double-precision floating point', usual: 'on', kind: 'float', late: true, needs: ['f'],
    rows: rvD, semantics: doubleFloat },
  { title: 'Zfhmin', about: 'half-precision numbers, for storage', usual: 'off', kind: 'float', late: true, needs: ['f'],
    rows: rvZfhmin, semantics: halfMoves },
  { title: 'Zfhmin and D', about: 'conversions between halves and doubles', usual: 'off', unnamed: true, kind: 'float', late: true,
    needs: ['d', 'zfhmin'], rows: rvZfhminD, semantics: halfAndDouble },
  { title: 'Zfh', about: 'half-precision floating point', usual: 'off', kind: 'float', late: true, needs: ['zfhmin'],
    rows: rvZfh, semantics: halfFloat },
  { title: 'C', about: '16-bit instructions', usual: 'always', rows: rvC },
  { title: 'Zcf', about: '16-bit loads and stores of singles', usual: 'on', unnamed: true, xlen: 32, needs: ['c', 'f'], rows: rvZcf },
  { title: 'Zcd', about: '16-bit loads and stores of doubles', usual: 'on', unnamed: true, needs: ['c', 'd'], rows: rvZcd },
  { title: 'Zba', about: 'address generation', usual: 'on', kind: 'bits', rows: rvZba, semantics: addresses },
  { title: 'Zbb', about: 'basic bit manipulation', usual: 'on', kind: 'bits', rows: rvZbb, semantics: basicBits },
  { title: 'Zbc', about: 'carry-less multiplication', usual: 'on', kind: 'bits', late: true,
    rows: rvZbc, semantics: carryless, functions: carrylessFunctions },
  { title: 'Zbs', about: 'single bits', usual: 'on', kind: 'bits', rows: rvZbs, semantics: singleBits },
  { title: 'Zbkb', about: 'bit manipulation for cryptography', usual: 'off', kind: 'bits', late: true,
    rows: rvZbkb, semantics: cryptographicBits },
  { title: 'Machine', about: 'machine mode', usual: 'always', unnamed: true, rows: rvMachine, semantics: machineMode },
  { title: 'S', about: 'supervisor mode', usual: 'always', unnamed: true, rows: rvSupervisor, semantics: supervisorMode },
  { title: 'U', about: 'user mode', usual: 'always', unnamed: true },
  { title: 'Sstc', about: 'a timer of its own for supervisor mode', usual: 'on',
    csrs: timerCsrs, functions: timerFunctions, host: timerHost, environment: { machine: STCE, supervisor: 0n } },
  { title: 'Svinval', about: 'finer fences of address translation', usual: 'off', late: true,
    rows: rvSvinval, semantics: fineInvalidation },
  { title: 'Svnapot', about: 'pages of 64 KiB', usual: 'off', xlen: 64 },
]

const byName: ReadonlyMap<string, Extension> = new Map(
  extensions.map(extension => [nameOf(extension), extension]),
)

/** The extension of that name in lower case. */
export const extensionNamed = (name: string): Extension | undefined => byName.get(name)
