import { defineConfig } from '@playwright/test'

export default defineConfig({
  globalSetup: './tests/support/scratch-folder.ts',
  outputDir: 'test-results/e2e',
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  retries: 0,
  reporter: [['list']],
  use: { trace: 'off' },
  projects: [
    { name: 'stand-in contract', testDir: 'e2e/stand-in/contract', testMatch: '*.spec.ts' },
    { name: 'application', testDir: 'e2e/specs', testMatch: '*.spec.ts' },
  ],
})
