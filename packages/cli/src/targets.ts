/** The targets that the command has: what runs a guest is loaded when it is chosen. */
import type { Guest } from '@guestscope/images'
import { arm } from '@guestscope/target-arm/guest'
import { riscv } from '@guestscope/target-riscv/guest'

export const targets: readonly Guest[] = [...riscv, ...arm]
