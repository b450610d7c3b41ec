import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'tests/**/*.test.ts', 'build/**/*.test.ts', 'e2e/stand-in/**/*.test.ts'],
    exclude: ['node_modules', 'out'],
    pool: 'forks',
    globalSetup: ['tests/support/scratch-folder.ts'],
    setupFiles: ['tests/support/patience.ts'],
    expect: { poll: { timeout: 15_000, interval: 10 } },
    testTimeout: 40_000,
    hookTimeout: 40_000,
  },
})
