/** Its loading never ends; with STUCK_TIMER a timer keeps the thread alive. */
import { writeSync } from 'node:fs'

writeSync(1, 'stuck\n')
if (process.env.STUCK_TIMER) setInterval(() => {}, 1000)
await new Promise(() => {})
