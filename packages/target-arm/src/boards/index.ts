import type { Board } from '@guestscope/core'
import { lm3s6965evb } from './lm3s6965evb.ts'
import { microbit } from './microbit.ts'
import { mps2An385, mps2An386, mps2An500 } from './mps2.ts'

export { lm3s6965evb, microbit, mps2An385, mps2An386, mps2An500 }

/** Every board of the M-profile. */
export const armMBoards: readonly Board[] = [mps2An385, mps2An386, mps2An500, lm3s6965evb, microbit]
