import type { CpuHost } from '@guestscope/core'

/** The guest makes a semihosting call while none are served; tells the user, once. For targets. */
export function semihostingIsOff(machine: CpuHost): void {
  machine.notice(
    'semihosting-off',
    'The guest makes semihosting calls, and they are not served: to it they are breakpoints. Serve them with --semihosting.',
  )
}
