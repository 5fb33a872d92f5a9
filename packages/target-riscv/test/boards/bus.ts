import type { AccessSize, BuiltBoard } from '@guestscope/core'

/** Accesses to a board's devices, split as core does it. */
export function bus(board: BuiltBoard): {
  read(address: bigint, size: number): bigint
  write(address: bigint, size: number, value: bigint): void
} {
  const find = (address: bigint) => {
    const found = board.devices.find(d => address >= d.base && address < d.base + BigInt(d.device.size))
    if (found === undefined) throw new Error(`no device at 0x${address.toString(16)}`)
    return { device: found.device, offset: Number(address - found.base) }
  }
  return {
    read(address, size) {
      const { device, offset } = find(address)
      if (size < 8) return BigInt(device.read(offset, size as AccessSize, 0))
      const low = BigInt(device.read(offset, 4, 0))
      return low | (BigInt(device.read(offset + 4, 4, 0)) << 32n)
    },
    write(address, size, value) {
      const { device, offset } = find(address)
      if (size < 8) device.write(offset, size as AccessSize, Number(value), 0)
      else {
        const [low, high] = [Number(value & 0xffffffffn), Number(value >> 32n)]
        if (device.write64 !== undefined) return device.write64(offset, low, high, 0)
        device.write(offset, 4, low, 0)
        device.write(offset + 4, 4, high, 0)
      }
    },
  }
}
