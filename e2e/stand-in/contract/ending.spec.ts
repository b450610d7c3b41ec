import { once } from 'node:events'
import type { ElectronApplication } from '@playwright/test'
import { expect, test } from './fixtures.ts'

interface Holds {
  quit: boolean
  close: number[]
}

/** Collects the application's events about its end, in order. */
function endOf(app: ElectronApplication): { steps: string[]; exit: Promise<unknown> } {
  const steps: string[] = []
  const child = app.process()
  let unread = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (unread + chunk).split('\n')
    unread = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('end: ')) steps.push(line.trim().slice(5).replace(/ \d+$/, ''))
  })
  return { steps, exit: once(child, 'exit') }
}

const hold = (app: ElectronApplication, holds: Partial<Holds>) =>
  app.evaluate((_electron, wanted) => {
    Object.assign((globalThis as unknown as { holds: Holds }).holds, wanted)
  }, holds)
const quit = (app: ElectronApplication) => app.evaluate(({ app: electronApp }) => electronApp.quit()).catch(() => {})
const windowIds = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map(({ id }) => id))

test.beforeEach(async ({ page }) => {
  await page.getByRole('button', { name: 'Count' }).waitFor()
})

test('a quit asks the application, then its window, and then tells the end', async ({ app }) => {
  const { steps, exit } = endOf(app)
  await quit(app)
  await exit
  await expect.poll(() => steps).toEqual(['before-quit', 'close', 'closed', 'will-quit', 'quit'])
})

test('closing the last window leaves the end to the application, which quits in full', async ({ app }) => {
  const { steps, exit } = endOf(app)
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => {})
  await exit
  await expect.poll(() => steps).toEqual(['close', 'closed', 'window-all-closed', 'before-quit', 'will-quit', 'quit'])
})

test('a quit that the application holds back asks no window', async ({ app }) => {
  const { steps, exit } = endOf(app)
  await hold(app, { quit: true })
  await quit(app)
  await expect.poll(() => steps).toEqual(['before-quit'])
  expect(await windowIds(app)).toHaveLength(1)
  await hold(app, { quit: false })
  await quit(app)
  await exit
  await expect.poll(() => steps).toEqual(['before-quit', 'before-quit', 'close', 'closed', 'will-quit', 'quit'])
})

// @proves Window: Closing with a session open asks, and never blocks a hung page or the end of the system
test('a window that refuses to close cancels the quit, and the next one asks anew', async ({ app }) => {
  const { steps, exit } = endOf(app)
  await hold(app, { close: await windowIds(app) })
  await quit(app)
  await expect.poll(() => steps).toEqual(['before-quit', 'close'])
  expect(await windowIds(app)).toHaveLength(1)
  await hold(app, { close: [] })
  await quit(app)
  await exit
  await expect
    .poll(() => steps)
    .toEqual(['before-quit', 'close', 'before-quit', 'close', 'closed', 'will-quit', 'quit'])
})

test('a window that refuses its own close stays, without any thought of quitting', async ({ app, page }) => {
  const { steps } = endOf(app)
  await hold(app, { close: await windowIds(app) })
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect.poll(() => steps).toEqual(['close'])
  await page.getByRole('button', { name: 'Count' }).click()
  await expect(page.getByLabel('clicks')).toHaveText('1')
  await hold(app, { close: [] })
})

test('when one of two windows refuses, only the other is closed and the application goes on', async ({ app }) => {
  const { steps } = endOf(app)
  const refusing = await windowIds(app)
  await app.evaluate(() =>
    (globalThis as unknown as { openWindow(url: string): Promise<unknown> })
      .openWindow('app://bundle/index.html')
      .then(() => undefined),
  )
  await hold(app, { close: refusing })
  await quit(app)
  await expect.poll(() => windowIds(app)).toEqual(refusing)
  expect(steps).not.toContain('will-quit')
  expect(steps).not.toContain('window-all-closed')
  await hold(app, { close: [] })
})

test('a window that is destroyed is not asked', async ({ app }) => {
  const { steps, exit } = endOf(app)
  await hold(app, { close: await windowIds(app) })
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.destroy()).catch(() => {})
  await exit
  await expect.poll(() => steps).toEqual(['closed', 'window-all-closed', 'before-quit', 'will-quit', 'quit'])
})

test('an application that listens for a signal decides itself what it does', async ({ app }) => {
  test.skip(process.platform === 'win32', 'Windows has no signals')
  const { steps, exit } = endOf(app)
  await app.evaluate(() => {
    process.on('SIGTERM', () => process.stdout.write('end: heard\n'))
  })
  app.process().kill('SIGTERM')
  await expect.poll(() => steps).toEqual(['heard'])
  await quit(app)
  await exit
  await expect.poll(() => steps).toEqual(['heard', 'before-quit', 'close', 'closed', 'will-quit', 'quit'])
})

test('a signal that nobody listens for quits', async ({ app }) => {
  test.skip(process.platform === 'win32', 'Windows has no signals')
  const { steps, exit } = endOf(app)
  app.process().kill('SIGTERM')
  await exit
  await expect.poll(() => steps).toEqual(['before-quit', 'close', 'closed', 'will-quit', 'quit'])
})
