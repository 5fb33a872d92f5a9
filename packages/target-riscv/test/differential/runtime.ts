/**
 * What surrounds the chunks of a random program. For each chunk and as often as asked: fill the data area and all
 * registers, run the chunk, fold all that it left into a checksum. Then print a line `index checksum`. A trap is
 * folded into a checksum of its own and its instruction skipped.
 */
import type { Xlen } from '../../src/isa/index.ts'
import { assembleProgram } from './asm.ts'
import { chunkCsrs, Descriptor, dataSize, Place, Slot } from './layout.ts'

/** What is printed besides checksums: the state after each chunk, or at each marker in a chunk too. */
export type Dump = 'none' | 'end' | 'each'

/** An instruction of the custom-0 space; illegal. The low half tells it from all that streams hold. */
export const marker = 0x0000000b

const seq = (from: number, to: number, line: (n: number) => string): string =>
  Array.from({ length: to - from + 1 }, (_, i) => line(from + i)).join('\n')

const slot = (n: number): number => n * 8

export interface RuntimeOptions {
  readonly xlen: Xlen
  readonly dump: Dump
}

/** The bytes from `Place.runtime` on. */
export function runtime({ xlen, dump }: RuntimeOptions): Uint8Array {
  const wide = xlen === 64
  const L = wide ? 'ld' : 'lw'
  const St = wide ? 'sd' : 'sw'
  const step = xlen / 8
  const x = ['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5']
  x.push('a6', 'a7', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6')
  const f = (n: number): string =>
    n < 8 ? `ft${n}` : n < 10 ? `fs${n - 8}` : n < 18 ? `fa${n - 10}` : n < 28 ? `fs${n - 16}` : `ft${n - 20}`

  /** Folds `value` into `hash`; `temp` and `k` (the multiplier) are used. */
  const fold = (hash: string, value: string, temp: string, k: string): string => `
    xor ${hash},${hash},${value}
    mul ${hash},${hash},${k}
    srli ${temp},${hash},0x${wide ? '1d' : 'f'}
    xor ${hash},${hash},${temp}`

  /** x1 … x30 are as the chunk left them, x31 points to the area, mscratch holds the chunk's x31. */
  const save = `
    ${seq(2, 30, n => `${St} ${x[n]},${slot(Slot.x + n)}(t6)`)}
    csrrs s0,mscratch,zero
    ${St} s0,${slot(Slot.x + 31)}(t6)
    csrrw zero,mscratch,t6
    csrrs s1,mstatus,zero
    ${St} s1,${slot(Slot.mstatus)}(t6)
    lui t0,0x6
    csrrs zero,mstatus,t0
    ${seq(0, 31, n => `fsd ${f(n)},${slot(Slot.f + n)}(t6)`)}
    csrrs t0,fcsr,zero
    ${St} t0,${slot(Slot.fcsr)}(t6)
    ${chunkCsrs.map((name, i) => `csrrs t0,${name},zero\n${St} t0,${slot(Slot.csrs + i)}(t6)`).join('\n')}`

  /** Folds the words from s2 up to s3 into s4. */
  const foldRange = (label: string): string => `
    ${label}:
    ${L} t0,0(s2)
    addi s2,s2,${step}
    ${fold('s4', 't0', 't1', 's5')}
    bne s2,s3,@${label}`

  return assembleProgram(
    xlen,
    Place.runtime,
    `
    jal zero,@start
    jal zero,@end  # chunks jump here: Place.end

    start:
    la s0,0x${Place.area.toString(16)}
    csrrw zero,mscratch,s0
    la t0,@handler
    csrrw zero,mtvec,t0

    chunk:
    la t6,0x${Place.area.toString(16)}
    ${L} t0,${slot(Slot.index)}(t6)
    ${L} t1,${slot(Slot.count)}(t6)
    beq t0,t1,@exit
    ${St} zero,${slot(Slot.hash)}(t6)
    ${St} zero,${slot(Slot.traps)}(t6)
    ${L} s6,${slot(Slot.repeats)}(t6)
    ${St} s6,${slot(Slot.t + 8)}(t6)

    again:
    la s0,0x${Place.pool.toString(16)}
    la s1,0x${Place.data.toString(16)}
    addi s2,s1,${dataSize}
    copy:
    ${L} t0,0(s0)
    ${St} t0,0(s1)
    addi s0,s0,${step}
    addi s1,s1,${step}
    bne s1,s2,@copy
    lui t0,0x8
    addi t0,t0,-2048  # FS and MPP
    csrrs zero,mstatus,t0
    addi t0,zero,136  # MPIE, or mret would let interrupts in
    csrrc zero,mstatus,t0
    ${chunkCsrs.map(name => `csrrwi zero,${name},0`).join('\n')}
    ${L} t6,${slot(Slot.descriptor)}(t6)
    ${L} t0,${Descriptor.code}(t6)
    csrrw zero,mepc,t0
    ${seq(0, 31, n => `fld ${f(n)},${Descriptor.f + 8 * n}(t6)`)}
    ${L} t0,${Descriptor.fcsr}(t6)
    csrrw zero,fcsr,t0
    ${seq(1, 31, n => `${L} ${x[n]},${Descriptor.x + 8 * n}(t6)`)}
    mret

    end:
    ${save}
    la s2,0x${Place.area.toString(16)}
    addi s3,s2,${slot(Slot.last)}
    ${L} s4,${slot(Slot.hash)}(t6)
    ${L} s5,${slot(Slot.multiplier)}(t6)
    ${foldRange('foldRegisters')}
    la s2,0x${Place.data.toString(16)}
    addi s3,s2,${dataSize}
    ${foldRange('foldData')}
    ${St} s4,${slot(Slot.hash)}(t6)
    ${dump === 'none' ? '' : 'addi a0,zero,0\njal ra,@dump'}
    ${L} s6,${slot(Slot.t + 8)}(t6)
    addi s6,s6,-1
    ${St} s6,${slot(Slot.t + 8)}(t6)
    bne s6,zero,@again
    ${L} a0,${slot(Slot.index)}(t6)
    jal ra,@hexWord
    addi a1,zero,32
    jal ra,@putChar
    ${L} a0,${slot(Slot.hash)}(t6)
    jal ra,@hexWord
    addi a1,zero,10
    jal ra,@putChar
    ${L} t0,${slot(Slot.index)}(t6)
    addi t0,t0,1
    ${St} t0,${slot(Slot.index)}(t6)
    ${L} t0,${slot(Slot.descriptor)}(t6)
    addi t0,t0,${Descriptor.size}
    ${St} t0,${slot(Slot.descriptor)}(t6)
    jal zero,@chunk

    exit:
    lui t0,0x100
    lui t1,0x5
    addi t1,t1,1365
    sw t1,0(t0)
    forever:
    jal zero,@forever

    # a0 in hexadecimal; uses a1, a2, a3, t0
    hexWord:
    addi a2,zero,${xlen}
    addi a3,zero,10
    digit:
    addi a2,a2,-4
    srl a1,a0,a2
    andi a1,a1,15
    addi a1,a1,48
    addi t0,a3,48
    blt a1,t0,@put
    addi a1,a1,39
    put:
    lui t0,0x10000
    ready:
    lbu t1,5(t0)
    andi t1,t1,32
    beq t1,zero,@ready
    sb a1,0(t0)
    bne a2,zero,@digit
    jalr zero,0(ra)

    putChar:
    lui t0,0x10000
    busy:
    lbu t1,5(t0)
    andi t1,t1,32
    beq t1,zero,@busy
    sb a1,0(t0)
    jalr zero,0(ra)

    ${dump === 'none' ? '' : dumpRoutine(L, St, step, fold)}

    handler:
    csrrw t6,mscratch,t6
    ${seq(27, 30, n => `${St} ${x[n]},${slot(Slot.t + n - 27)}(t6)`)}
    csrrs t5,mepc,zero
    ${dump === 'each' ? `lhu t4,0(t5)\naddi t4,t4,-${marker}\nbeq t4,zero,@marker` : ''}
    ${L} t4,${slot(Slot.traps)}(t6)
    ${L} t3,${slot(Slot.multiplier)}(t6)
    ${fold('t4', 't5', 's11', 't3')}
    csrrs t5,mcause,zero
    ${fold('t4', 't5', 's11', 't3')}
    csrrs t5,mtval,zero
    ${fold('t4', 't5', 's11', 't3')}
    ${St} t4,${slot(Slot.traps)}(t6)
    csrrs t5,mepc,zero
    lhu t4,0(t5)
    andi t4,t4,3
    sltiu t4,t4,3
    xori t4,t4,1
    add t4,t4,t4
    addi t4,t4,2
    add t5,t5,t4
    csrrw zero,mepc,t5
    ${seq(27, 30, n => `${L} ${x[n]},${slot(Slot.t + n - 27)}(t6)`)}
    csrrw t6,mscratch,t6
    mret
    ${
      dump !== 'each'
        ? ''
        : `
    marker:
    ${seq(27, 30, n => `${L} ${x[n]},${slot(Slot.t + n - 27)}(t6)`)}
    ${St} ra,${slot(Slot.x + 1)}(t6)
    ${save}
    addi t0,t6,${slot(Slot.csrs + chunkCsrs.indexOf('mepc'))}
    ${L} a0,0(t0)
    addi t0,a0,4
    csrrw zero,mepc,t0
    jal ra,@dump
    ${L} t0,${slot(Slot.fcsr)}(t6)
    csrrw zero,fcsr,t0
    ${L} t0,${slot(Slot.mstatus)}(t6)
    csrrw zero,mstatus,t0
    ${seq(1, 31, n => `${L} ${x[n]},${slot(Slot.x + n)}(t6)`)}
    mret`
    }
    `,
  )

  /** Prints a0 (where the state is from), `offset=value` for each slot that has changed, a checksum of the data area. */
  function dumpRoutine(load: string, store: string, bytes: number, folding: typeof fold): string {
    return `
    dump:
    addi s7,ra,0
    jal ra,@hexWord
    addi s8,t6,0
    addi s9,t6,${slot(Slot.last)}
    lui s10,0x1
    add s10,s10,t6  # Place.shadow
    dumpNext:
    ${load} t0,0(s8)
    ${load} t1,0(s10)
    beq t0,t1,@dumpSame
    sub a0,s8,t6
    addi a1,zero,32
    jal ra,@putChar
    jal ra,@hexWord
    addi a1,zero,61
    jal ra,@putChar
    ${load} a0,0(s8)
    ${store} a0,0(s10)
    jal ra,@hexWord
    dumpSame:
    addi s8,s8,${bytes}
    addi s10,s10,${bytes}
    bne s8,s9,@dumpNext
    addi a1,zero,32
    jal ra,@putChar
    addi a0,zero,0
    ${load} s5,${slot(Slot.multiplier)}(t6)
    la s8,0x${Place.data.toString(16)}
    addi s9,s8,${dataSize}
    dumpFold:
    ${load} t0,0(s8)
    addi s8,s8,${bytes}
    ${folding('a0', 't0', 't1', 's5')}
    bne s8,s9,@dumpFold
    jal ra,@hexWord
    addi a1,zero,10
    jal ra,@putChar
    jalr zero,0(s7)`
  }
}
