/** `npm create guestscope-plugin NAME`: the command, and what it does as a function. */
export { type Created, CreateError, createPlugin } from './create.ts'
export { main, type Streams } from './main.ts'
