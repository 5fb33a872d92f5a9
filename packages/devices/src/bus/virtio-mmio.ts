/**
 * A transport of virtio over MMIO ("Virtual I/O Device (VIRTIO) Version 1.3", 4.2.2) with nothing behind it: drivers find
 * device number 0 and go on. All other registers read 0, writes are lost. Takes every access width, as QEMU's does.
 */
import type { AccessSize, MmioDevice } from '@guestscope/core'

/** Registers that every transport has. */
const registers: ReadonlyMap<number, number> = new Map([
  [0x000, 0x74726976], // MagicValue: "virt"
  [0x004, 2], // Version: 1 would be the legacy interface
  [0x008, 0], // DeviceID: a place without a device
  [0x00c, 0x554d4551], // VendorID: QEMU's, which drivers written for its boards compare
])

export class VirtioMmio implements MmioDevice {
  readonly name = 'virtio-mmio'
  /** Control registers, then 256 bytes for the configuration of a device. */
  readonly size = 0x200

  read(offset: number, size: AccessSize): number {
    const word = registers.get(offset & ~3) ?? 0
    return size === 4 ? word : (word >>> (8 * (offset & 3))) & (2 ** (8 * size) - 1)
  }

  write(): void {}
}
