/**
 * What surrounds the chunks of a random program. For each chunk and as often as asked: fill the data area and all
 * registers, run the chunk, fold all that it left into a checksum. Then print a line `index checksum`. A fault is
 * folded into a checksum of its own and its instruction skipped. All of it in instructions of Armv6-M.
 */
import type { Core } from '../../src/cores.ts'
import { assembleProgram } from './asm.ts'
import { Descriptor, dataSize, Place, Slot, savedWords, stack } from './layout.ts'

/** Folds `value` into `hash`; `temp` is used, `k` is the multiplier. */
const fold = (hash: string, value: string, temp: string, k: string): string => `
  eors ${hash}, ${value}
  muls ${hash}, ${k}
  lsrs ${temp}, ${hash}, #15
  eors ${hash}, ${temp}`

const multiplier = 'li r3, 0x9e3779b1'

export function runtime(core: Core): { bytes: Uint8Array; labels: ReadonlyMap<string, number> } {
  const fp = core.fpu !== 'none'
  const traps = Place.saved + 4 * savedWords(core)
  const hex = (n: number): string => `0x${n.toString(16)}`
  const at = (base: string, word: number): string => `[${base}, #${4 * word}]`
  const when = (condition: boolean, text: string): string => (condition ? text : '')

  return assembleProgram(
    core,
    Place.runtime,
    `
    start:
    ${when(
      !core.baseline,
      `li r0, 0xe000ed24
      li r1, 0x70000 ; the configurable faults
      str r1, [r0, #0]`,
    )}
    ${when(
      fp,
      `li r0, 0xe000ed88
      li r1, 0xf00000
      str r1, [r0, #0]
      dsb sy
      isb sy`,
    )}
    li r0, ${hex(stack)}
    msr PSP, r0
    movs r0, #2
    msr CONTROL, r0
    isb sy
    chunk:
    li r7, ${hex(Place.slots)}
    ldr r0, ${at('r7', Slot.index)}
    ldr r1, ${at('r7', Slot.count)}
    cmp r0, r1
    bne.n @go
    movs r0, #24 ; SYS_EXIT
    li r1, 0x20026
    bkpt 0x00ab
    forever:
    b.n @forever
    go:
    movs r0, #0
    str r0, ${at('r7', Slot.hash)}
    li r0, ${hex(traps)}
    movs r1, #0
    str r1, [r0, #0]
    ldr r0, ${at('r7', Slot.descriptor)}
    adds r0, #192
    ldr r1, [r0, #4]
    str r1, ${at('r7', Slot.repeats)}

    again:
    li r0, ${hex(Place.pool)}
    li r1, ${hex(Place.data)}
    li r2, ${hex(Place.data + dataSize)}
    copy:
    ldmia r0!, {r3, r4, r5, r6}
    stmia r1!, {r3, r4, r5, r6}
    cmp r1, r2
    bne.n @copy
    ldr r0, ${at('r7', Slot.descriptor)}
    li r1, ${hex(stack - 36)} ; r0 … r7 and the address of the code, to be popped
    mov sp, r1
    adds r0, #${4 * Descriptor.low}
    ldmia r0!, {r2, r3, r4, r5}
    stmia r1!, {r2, r3, r4, r5}
    ldmia r0!, {r2, r3, r4, r5, r6}
    stmia r1!, {r2, r3, r4, r5, r6}
    ${when(fp, 'vldmia r0!, {s0-s31}')}
    ldr r0, ${at('r7', Slot.descriptor)}
    ldmia r0!, {r1, r2, r3, r4, r5, r6}
    mov r8, r1
    mov r9, r2
    mov r10, r3
    mov r11, r4
    mov r12, r5
    mov lr, r6
    ldmia r0!, {r1, r2}
    ${when(fp, 'vmsr fpscr, r2')}
    msr APSR${core.dsp ? '_nzcvqg' : ''}, r1
    pop {r0, r1, r2, r3, r4, r5, r6, r7, pc}

    end:
    push {r0, r1, r2, r3, r4, r5, r6, r7}
    mrs r1, APSR
    mov r2, sp
    li r3, ${hex(Place.saved)}
    stmia r3!, {r1, r2}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    stmia r3!, {r4, r5, r6, r7}
    mov r4, r12
    mov r5, lr
    stmia r3!, {r4, r5}
    ldmia r2!, {r4, r5, r6, r7}
    stmia r3!, {r4, r5, r6, r7}
    ldmia r2!, {r4, r5, r6, r7}
    stmia r3!, {r4, r5, r6, r7}
    ${when(fp, 'vmrs r4, fpscr\nstmia r3!, {r4}\nvstmia r3!, {s0-s31}')}
    adds r3, #4
    mov r1, r3
    li r7, ${hex(stack)}
    mov sp, r7
    li r7, ${hex(Place.slots)}
    ldr r4, ${at('r7', Slot.hash)}
    li r0, ${hex(Place.saved)}
    ${multiplier}
    foldSaved:
    ldmia r0!, {r5}
    ${fold('r4', 'r5', 'r6', 'r3')}
    cmp r0, r1
    bne.n @foldSaved
    li r0, ${hex(Place.data)}
    li r1, ${hex(Place.data + dataSize)}
    foldData:
    ldmia r0!, {r5}
    ${fold('r4', 'r5', 'r6', 'r3')}
    cmp r0, r1
    bne.n @foldData
    str r4, ${at('r7', Slot.hash)}
    ldr r0, ${at('r7', Slot.repeats)}
    subs r0, #1
    str r0, ${at('r7', Slot.repeats)}
    beq.n @print
    bl @again
    print:
    ; eight digits, a line end, 0
    li r1, ${hex(Place.slots + 4 * Slot.text)}
    mov r2, r1
    movs r3, #8
    digit:
    lsrs r5, r4, #28
    lsls r4, r4, #4
    adds r5, #48
    cmp r5, #58
    bcc.n @decimal
    adds r5, #39
    decimal:
    strb r5, [r2, #0]
    adds r2, #1
    subs r3, #1
    bne.n @digit
    movs r5, #10
    strb r5, [r2, #0]
    strb r3, [r2, #1]
    movs r0, #4 ; SYS_WRITE0
    bkpt 0x00ab
    ldr r0, ${at('r7', Slot.index)}
    adds r0, #1
    str r0, ${at('r7', Slot.index)}
    ldr r0, ${at('r7', Slot.descriptor)}
    adds r0, #${4 * Descriptor.words + 4}
    str r0, ${at('r7', Slot.descriptor)}
    bl @chunk

    handler:
    push {r4, r5, r6, lr}
    li r4, ${hex(traps)}
    ldr r0, [r4, #0]
    ${multiplier}
    mrs r1, PSP
    ldr r2, [r1, #24] ; where
    ${fold('r0', 'r2', 'r5', 'r3')}
    ldr r2, [r1, #28] ; xPSR
    ${fold('r0', 'r2', 'r5', 'r3')}
    mrs r2, IPSR
    mov r6, r2
    ${fold('r0', 'r2', 'r5', 'r3')}
    mov r2, lr
    ${fold('r0', 'r2', 'r5', 'r3')}
    ${when(
      !core.baseline,
      `str r0, [r4, #0]
      li r4, 0xe000ed28 ; CFSR, then HFSR
      ldr r2, [r4, #0]
      str r2, [r4, #0]
      ${fold('r0', 'r2', 'r5', 'r3')}
      ldr r2, [r4, #4]
      str r2, [r4, #4]
      ${fold('r0', 'r2', 'r5', 'r3')}
      li r4, ${hex(traps)}`,
    )}
    str r0, [r4, #0]
    cmp r6, #11 ; an SVC is over
    beq.n @leave
    ldr r2, [r1, #24]
    ldrh r3, [r2, #0]
    adds r2, #2
    lsrs r3, r3, #11
    cmp r3, #29
    bcc.n @short
    adds r2, #2
    short:
    str r2, [r1, #24]
    ldr r2, [r1, #28]
    li r3, 0x600fc00 ; no longer in an IT block
    bics r2, r3
    str r2, [r1, #28]
    leave:
    pop {r4, r5, r6, pc}
    `,
  )
}
