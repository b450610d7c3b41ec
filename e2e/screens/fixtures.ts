import { rmSync } from 'node:fs'
import { test as base, expect } from '@playwright/test'
import { buildScreens, Screens } from './launch.ts'

/** The page with all screens is built once per worker; each test has a window of its own. */
export const test = base.extend<{ screens: Screens }, { builtScreens: string }>({
  builtScreens: [
    async ({ browserName: _browserName }, use) => {
      const folder = await buildScreens()
      await use(folder)
      rmSync(folder, { recursive: true, force: true })
    },
    { scope: 'worker' },
  ],
  screens: async ({ builtScreens }, use, testInfo) => {
    const screens = await Screens.launch(builtScreens)
    const { page } = screens
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await use(screens)
    if (testInfo.status !== testInfo.expectedStatus)
      await testInfo.attach('window', { body: await page.screenshot(), contentType: 'image/png' })
    const errors = (await page.pageErrors()).map(({ message }) => message)
    await screens.close()
    expect(errors, 'nothing in the page complains').toEqual([])
  },
})

export { expect }
