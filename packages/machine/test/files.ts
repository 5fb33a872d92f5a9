/** Guests of other packages. */
import { readFileSync } from 'node:fs'

const read = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)))

/** A guest of target-riscv, such as `hello-rv64`. */
export const riscvGuest = (name: string): Uint8Array => read(`target-riscv/test/guests/elf/${name}.elf`)
/** A guest of target-arm, such as `hello-an385`. */
export const armGuest = (name: string): Uint8Array => read(`target-arm/test/guests/elf/${name}.elf`)
/** A guest of the command's tests, such as `echo`. */
export const cliGuest = (name: string): Uint8Array => read(`cli/test/guests/${name}.elf`)
