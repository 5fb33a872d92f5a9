/** Ready-made plugins; each is also an import of its own, such as `@guestscope/plugins-contrib/traps`. */
export { disconLog } from './discon-log.ts'
export { discons } from './discons.ts'
export { execLog } from './exec-log.ts'
export { traps } from './traps.ts'
