import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // The examples import the package by its name, as its users do.
  resolve: {
    alias: [
      { find: /^paydouble$/, replacement: resolve(import.meta.dirname, 'src/index.ts') },
      { find: 'paydouble/contracts', replacement: resolve(import.meta.dirname, 'contracts/index.ts') },
      { find: 'paydouble/msw', replacement: resolve(import.meta.dirname, 'mocks/msw.ts') },
      { find: 'paydouble/runner', replacement: resolve(import.meta.dirname, 'src/runner/index.ts') },
      { find: 'paydouble/torture', replacement: resolve(import.meta.dirname, 'src/torture/index.ts') },
      { find: 'paydouble/vitest', replacement: resolve(import.meta.dirname, 'mocks/vitest.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    globalSetup: ['test/harness/shared-postgres.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
