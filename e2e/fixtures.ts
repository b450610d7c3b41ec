import { test as base, expect } from '@playwright/test'
import { formsOf } from './canary.ts'
import { type LaunchedWorkbench, type LaunchOptions, launchWorkbench } from './launch.ts'
import { StandaloneEngine } from './standalone-engine.ts'

interface Fixtures {
  /** Options of the application that `workbench` starts; set them with `test.use`. */
  readonly appOptions: LaunchOptions
  /** Console errors that the test expects; every other one fails it. */
  readonly expectedPageErrors: RegExp[]
  /** Starts further applications; all end with the test and are checked like the first. */
  readonly launch: (options?: LaunchOptions) => Promise<LaunchedWorkbench>
  /** Starts engines outside the application; all end with the test. */
  readonly startEngine: (...args: Parameters<typeof StandaloneEngine.start>) => Promise<StandaloneEngine>
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
      const { output, files } = await workbench.close()
      await testInfo.attach(`main log ${index}`, {
        body: `${output}\n${files.get('logs/main.log') ?? ''}`,
        contentType: 'text/plain',
      })
      const texts = [['stdout and stderr', output], ...files] as [string, string][]
      const forms = formsOf(workbench.credentials.clientSecret)
      const leaks = texts.filter(([, text]) => forms.some((form) => text.includes(form))).map(([name]) => name)
      expect(leaks, 'the client secret is nowhere in the log nor in the profile, in no encoding').toEqual([])
    }
    const unexpected = complaints.filter((text) => !expectedPageErrors.some((expected) => expected.test(text)))
    expect(unexpected, 'nothing in the page complains').toEqual([])
  },
  startEngine: async ({ browserName: _browserName }, use) => {
    const started: StandaloneEngine[] = []
    await use(async (...args) => {
      const engine = await StandaloneEngine.start(...args)
      started.push(engine)
      return engine
    })
    for (const engine of started) await engine.kill()
  },
  workbench: async ({ launch, appOptions }, use) => {
    await use(await launch(appOptions))
  },
})

export { expect }
