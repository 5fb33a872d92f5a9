/** A machine with nothing around it. */
import type { MachineOptions } from '@guestscope/core'

/** No program, no semihosting, nobody who reads what the guest prints. */
export const bare: Pick<MachineOptions, 'console' | 'image' | 'semihosting'> = {
  console: { write: () => {} },
  image: undefined,
  semihosting: false,
}
