/** What guest targets share. */
export * from './isa/index.ts'
