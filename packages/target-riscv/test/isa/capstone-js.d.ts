/** The part of the package that the tests use; it brings no types. */
declare module '@alexaltea/capstone-js' {
  interface Disassembler {
    /** Throws if nothing can be decoded. */
    disasm(bytes: Uint8Array, address: number): readonly { mnemonic: string; op_str: string }[]
  }
  interface Capstone {
    readonly ARCH_RISCV: number
    readonly MODE_RISCV32: number
    readonly MODE_RISCV64: number
    readonly MODE_RISCVC: number
    readonly Capstone: new (arch: number, mode: number) => Disassembler
  }
  export default function load(): Promise<Capstone>
}
