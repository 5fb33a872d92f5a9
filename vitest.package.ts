/**
 * Settings that the tests of all packages share. `--mode long`, the script `test:long`, runs the test files with long parts
 * alone, those that ask for GUESTSCOPE_LONG, with it set: `test` leaves these parts out.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { defineConfig, type ViteUserConfigFnObject } from 'vitest/config'

// Workspace packages resolve to their sources, so tests need no build.
const conditions = ['@guestscope/source']

/** For the package in `folder`. */
export const packageTests = (folder: string): ViteUserConfigFnObject =>
  defineConfig(({ mode }) => {
    const long = mode === 'long'
    const include = 'test/**/*.test.ts'
    const short = (file: string): boolean =>
      !readFileSync(join(folder, file), 'utf8').includes('process.env.GUESTSCOPE_LONG')
    return {
      resolve: { conditions },
      ssr: { resolve: { conditions } },
      test: {
        name: basename(folder),
        include: [include],
        exclude: long ? globSync(include, { cwd: folder }).filter(short) : [],
        env: long ? { GUESTSCOPE_LONG: '1' } : {},
        passWithNoTests: true,
        testTimeout: long ? 1_200_000 : 120_000, // a guard against hanging, not a measure: machines may be slow or busy
        hookTimeout: 120_000,
        reporters: ['default', ['json', { outputFile: `reports/${long ? 'long' : 'vitest'}.json` }]],
      },
    }
  })
