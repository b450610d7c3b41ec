import { test as base, expect } from '@playwright/test'
import { type LaunchedWorkbench, type LaunchOptions, launchWorkbench } from './launch.ts'

interface Fixtures {
  /** Options of the application that `workbench` starts; set them with `test.use`. */
  readonly appOptions: LaunchOptions
  /** Console errors that the test provokes; every other one fails it. */
  readonly expectedPageErrors: RegExp[]
  /** Starts further applications; all of them end with the test and are checked like the first. */
  readonly launch: (options?: LaunchOptions) => Promise<LaunchedWorkbench>
  /** The application of the test. */
  readonly workbench: LaunchedWorkbench
}

async function complaintsOf(workbench: LaunchedWorkbench): Promise<string[]> {
  const { page } = workbench
  if (page.isClosed()) return []
  const errors = await page.pageErrors()
  const messages = await page.consoleMessages()
  return [
    ...errors.map((error) => `page error: ${error.message}`),
    ...messages.filter((message) => message.type() === 'error').map((message) => `console error: ${message.text()}`),
  ]
}

export const test = base.extend<Fixtures>({
  appOptions: [{}, { option: true }],
  expectedPageErrors: [[], { option: true }],
  launch: async ({ expectedPageErrors }, use, testInfo) => {
    const launched: LaunchedWorkbench[] = []
    await use(async (options) => {
      const workbench = await launchWorkbench(options)
      launched.push(workbench)
      return workbench
    })
    const complaints: string[] = []
    for (const [index, workbench] of launched.entries()) {
      complaints.push(...(await complaintsOf(workbench).catch(() => [])))
      if (testInfo.status !== testInfo.expectedStatus && !workbench.page.isClosed()) {
        const body = await workbench.page.screenshot().catch(() => undefined)
        if (body) await testInfo.attach(`window ${index}`, { body, contentType: 'image/png' })
      }
      await workbench.close()
      const log = workbench.log.join('\n')
      await testInfo.attach(`main log ${index}`, { body: log, contentType: 'text/plain' })
      expect(log, 'the log keeps the client secret to itself').not.toContain(workbench.credentials.clientSecret)
    }
    const unexpected = complaints.filter((text) => !expectedPageErrors.some((expected) => expected.test(text)))
    expect(unexpected, 'nothing in the page complains').toEqual([])
  },
  workbench: async ({ launch, appOptions }, use) => {
    await use(await launch(appOptions))
  },
})

export { expect }
