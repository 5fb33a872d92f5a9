/** The command line as a function, for programs that bring their own host. */
export type { HostClock as Clock } from '@guestscope/machine'
export type { Files, Host, Input, InputKind, Output, Signals, WritableFile } from './host/host.ts'
export { nodeHost } from './host/node.ts'
export { main } from './main.ts'
