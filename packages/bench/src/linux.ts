/** A small Linux as a benchmark: from reset to power-off. Its files are the user's; none is kept here. */
import type { Benchmark } from './guests.ts'

export interface LinuxFiles {
  readonly bios: string
  readonly kernel: string
  readonly initrd: string
}

/** The options and environment variables that name the files. */
export const linuxOptions = {
  bios: { option: 'linux-bios', variable: 'GUESTSCOPE_LINUX_BIOS' },
  kernel: { option: 'linux-kernel', variable: 'GUESTSCOPE_LINUX_KERNEL' },
  initrd: { option: 'linux-initrd', variable: 'GUESTSCOPE_LINUX_INITRD' },
} as const

export const linuxBenchmark = (boot: LinuxFiles): Benchmark => ({
  name: 'linux',
  group: 'cold',
  check: 'GUEST-OK',
  about: 'Linux under its firmware, from reset to power-off',
  boot,
})

/** The same for both emulators, but for the dashes. */
export function bootArguments({ bios, kernel, initrd }: LinuxFiles, dashes: '-' | '--'): string[] {
  const options = { bios, kernel, initrd, append: 'console=ttyS0' }
  return Object.entries(options).flatMap(([name, value]) => [dashes + name, value])
}
