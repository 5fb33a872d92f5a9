import type { MemEvent } from '@guestscope/plugin-api'

/** Where an access went; its virtual address if it has itself changed where that leads. */
export function physicalOf(event: MemEvent): bigint {
  return event.physical ?? event.address
}
