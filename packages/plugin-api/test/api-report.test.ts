import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as api from '../src/index.ts'
import { apiReport, exportedNames } from './api-report.ts'

const file = join(import.meta.dirname, '../api.md')

test('the public contract is the one that was agreed on', () => {
  const report = apiReport()
  if (process.env.UPDATE_API) writeFileSync(file, report)
  // To accept a change: UPDATE_API=1 pnpm --filter @guestscope/plugin-api exec vitest run api-report
  expect(report).toBe(readFileSync(file, 'utf8'))
})

test('the report names all that is there at run time', () => {
  expect(exportedNames()).toEqual(expect.arrayContaining(Object.keys(api)))
})
