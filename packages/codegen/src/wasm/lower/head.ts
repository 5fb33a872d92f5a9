/** Reads and writes of the vCPU's head by generated code of every kind. */
import { Head } from '../../abi.ts'
import type { Code } from '../asm/encode.ts'

/** The local in which every function of ours gets the address of the vCPU. */
export const cpuLocal = 0

/** cpu.offset := constant (i32). */
export function storeHead(code: Code, offset: number, value: number): void {
  code.get(cpuLocal)
  code.i32(value)
  code.mem('i32.store', offset)
}

/** The current block goes on at a record, unless something comes between (`Head.resume`). */
export function keepPlace(code: Code, record: () => void): void {
  code.get(cpuLocal)
  record()
  code.mem('i32.store', Head.resume)
  code.get(cpuLocal)
  code.get(cpuLocal)
  code.mem('i64.load', Head.flags)
  code.mem('i64.store', Head.resumeContext)
}
