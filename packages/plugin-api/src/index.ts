/**
 * What the author of a plugin imports:
 *
 *     import { definePlugin, Discon } from '@guestscope/plugin-api'
 */
export * from '@guestscope/core/events'
export { type ElfFile, type ElfSection, type ElfStrings, readElf } from '@guestscope/images'
export { definePlugin } from './define-plugin.ts'
