/** Files that hold programs: ELF, Intel HEX, raw bytes. */
export { type ImageExpectation, loadElf } from './elf.ts'
export { type ElfFile, type ElfSection, type ElfStrings, isElf, readElf } from './elf-file.ts'
export type { CpuModel, CpuProperty, Guest, GuestParts } from './guest.ts'
export { isHex, loadHex } from './hex.ts'
export { joinImages } from './join.ts'
export { loadRaw } from './raw.ts'
export { type ElfOptions, type ElfSegment, writeElf } from './write-elf.ts'
