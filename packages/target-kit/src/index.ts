/** What guest targets share. */
export * from './isa/index.ts'
export * from './state/index.ts'
