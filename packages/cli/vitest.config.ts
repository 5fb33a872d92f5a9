import { defineConfig } from 'vitest/config'

// Workspace packages resolve to their sources, so tests need no build.
const conditions = ['@guestscope/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: 'cli',
    include: ['test/**/*.test.ts'],
    passWithNoTests: true,
    testTimeout: 120_000, // a guard against hanging, not a measure: machines may be slow or busy
    hookTimeout: 120_000,
    maxConcurrency: 2, // processes that compute without end
    reporters: ['default', ['json', { outputFile: 'reports/vitest.json' }]],
  },
})
