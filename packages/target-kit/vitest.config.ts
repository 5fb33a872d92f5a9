// @boundaries-ignore settings that all packages share
import { packageTests } from '../../vitest.package.ts'

export default packageTests(import.meta.dirname)
