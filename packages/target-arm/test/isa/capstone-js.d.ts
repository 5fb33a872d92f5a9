/** The part of the package that the tests use; it brings no types. */
declare module '@alexaltea/capstone-js' {
  interface Disassembler {
    /** Throws if nothing can be decoded. */
    disasm(bytes: Uint8Array, address: number): readonly { mnemonic: string; op_str: string; size: number }[]
  }
  interface Capstone {
    readonly ARCH_ARM: number
    readonly MODE_THUMB: number
    readonly MODE_MCLASS: number
    readonly MODE_V8: number
    readonly Capstone: new (arch: number, mode: number) => Disassembler
  }
  export default function load(): Promise<Capstone>
}
