/** Ready-made plugins; each is also an import of its own, such as `@guestscope/plugins-contrib/traps`. */
export { bb } from './bb.ts'
export { disconLog } from './discon-log.ts'
export { discons } from './discons.ts'
export { empty } from './empty.ts'
export { execLog } from './exec-log.ts'
export { hotblocks } from './hotblocks.ts'
export { insn } from './insn.ts'
export { traps } from './traps.ts'
