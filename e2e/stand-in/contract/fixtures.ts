import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, test as base, type ElectronApplication, expect, type Page } from '@playwright/test'
import { launchTarget } from '../../host.ts'

interface Facts {
  readonly navigations: string[]
  readonly opened: string[]
  readonly requests: string[]
  readonly secondStarts: { args: string[]; workingDirectory: string }[]
  readonly gone: string[]
  readonly said: string[]
}

/** The small application of the contract. */
export const folder = join(import.meta.dirname, 'app')
/** Events of its main so far. */
export const factsOf = (app: ElectronApplication) =>
  app.evaluate(() => (globalThis as unknown as { facts: Facts }).facts)

/** Each test has an application and a profile folder of its own. */
export const test = base.extend<{ profile: string; app: ElectronApplication; page: Page }>({
  profile: async ({ browserName: _browserName }, use) => {
    const profile = mkdtempSync(join(tmpdir(), 'contract-'))
    await use(profile)
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  },
  app: async ({ profile }, use) => {
    const app = await _electron.launch({
      ...launchTarget,
      args: [folder],
      env: {
        ...process.env,
        CONTRACT_PROFILE: profile,
        STAND_IN_KEYRING: join(profile, 'keyring'),
        WORKBENCH_HEADLESS: '1',
      },
    })
    await use(app)
    await app.close()
  },
  page: async ({ app }, use) => {
    const page = await app.firstWindow()
    await page.getByRole('heading', { name: 'Contract' }).waitFor()
    await use(page)
  },
})

/** The API exposed by the preload. */
export interface Bridge {
  echo(...values: unknown[]): Promise<unknown[]>
  sender(): Promise<{ url: string; isTop: boolean; id: number }>
  fail(): Promise<never>
  unknown(): Promise<never>
  say(text: string): void
  onNews(listener: (...news: unknown[]) => void): () => void
  sum(a: number, b: number): number
  readonly nested: { readonly deep: { readonly value: number } }
  readonly preloadFailure: string
  ownBuiltIns(): string
}
declare global {
  var contract: Bridge
  var violations: string[]
}

export { expect }
