import { spawn } from 'node:child_process'
import { electronPath, isStandIn } from '../../host.ts'
import { expect, factsOf, folder, test } from './fixtures.ts'

test('a preload can require nothing but electron', async ({ page }) => {
  expect(await page.evaluate(() => globalThis.contract.preloadFailure)).toContain('module not found')
})

// @proves Delivery: The stand-in behaves as its contract says
test('a second start of the same profile focuses the first and ends', async ({ app, page, profile }) => {
  await page.getByRole('button', { name: 'Count' }).waitFor()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
  const sandboxed = process.platform === 'linux' ? ['--no-sandbox'] : []
  const second = spawn(electronPath, [...sandboxed, folder, '--from-second'], {
    env: { ...process.env, CONTRACT_PROFILE: profile, WORKBENCH_HEADLESS: '1' },
    stdio: 'ignore',
  })
  const exitCode = await new Promise((resolve) => second.once('exit', resolve))
  expect(exitCode).toBe(0)
  await expect.poll(async () => (await factsOf(app)).secondStarts.length).toBe(1)
  expect((await factsOf(app)).secondStarts[0]?.args).toContain('--from-second')
  const window = await app.evaluate(({ BrowserWindow }) => {
    const [first] = BrowserWindow.getAllWindows()
    return { minimised: first?.isMinimized(), windows: BrowserWindow.getAllWindows().length }
  })
  expect(window).toEqual({ minimised: false, windows: 1 })
})

test("main hears that a page's process is gone, and another window works", async ({ app, page }) => {
  await page.getByRole('button', { name: 'Count' }).waitFor()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer())
  await expect.poll(async () => (await factsOf(app)).gone.length).toBe(1)
  const [next] = await Promise.all([
    app.waitForEvent('window'),
    app.evaluate(({ BrowserWindow }) => {
      const [gone] = BrowserWindow.getAllWindows()
      const opened = (globalThis as unknown as { openWindow(url: string): Promise<unknown> }).openWindow(
        'app://bundle/index.html',
      )
      gone?.destroy()
      return opened.then(() => undefined)
    }),
  ])
  await next.getByRole('heading', { name: 'Contract' }).waitFor()
  expect(await next.evaluate(() => globalThis.contract.echo('alive'))).toEqual(['alive'])
})

test('a utility process hears, answers, writes and ends', async ({ app, page }) => {
  await page.getByRole('button', { name: 'Count' }).waitFor()
  interface Utility {
    startUtility(): void
    readonly utility: {
      readonly child: { readonly pid?: number; postMessage(message: unknown): void }
      readonly heard: { readonly messages: unknown[]; readonly output: string; readonly exitCode?: number }
    }
  }
  await app.evaluate(() => (globalThis as unknown as Utility).startUtility())
  const heard = () => app.evaluate(() => (globalThis as unknown as Utility).utility.heard)
  await expect.poll(async () => (await heard()).messages).toEqual([{ type: 'ready' }])
  await app.evaluate(() => (globalThis as unknown as Utility).utility.child.postMessage({ bytes: [1, 2] }))
  await expect.poll(async () => (await heard()).messages).toContainEqual({ echoed: { bytes: [1, 2] } })
  expect((await heard()).output).toContain('argument=argument environment=yes')
  await app.evaluate(() => (globalThis as unknown as Utility).utility.child.postMessage({ type: 'end', code: 7 }))
  await expect.poll(async () => (await heard()).exitCode).toBe(7)
  expect(await app.evaluate(() => (globalThis as unknown as Utility).utility.child.pid)).toBeUndefined()
})

test('what the host is about can be read: version, packaged or not, folders', async ({ app, profile }) => {
  const about = await app.evaluate(({ app: electronApp }) => ({
    version: electronApp.getVersion(),
    isPackaged: electronApp.isPackaged,
    userData: electronApp.getPath('userData'),
  }))
  expect(about).toEqual({ version: '1.2.3', isPackaged: false, userData: profile })
})

test('copied text can be read back', async ({ app, page }) => {
  await page.getByRole('button', { name: 'Count' }).waitFor()
  const text = await app.evaluate(({ clipboard }) => {
    clipboard.writeText('OPENOBD_GRPC_HOST=127.0.0.1')
    return clipboard.readText()
  })
  expect(text).toBe('OPENOBD_GRPC_HOST=127.0.0.1')
})

test('the theme that main chooses reaches the page', async ({ app, page }) => {
  const isDark = () => page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
  await app.evaluate(({ nativeTheme }) => {
    nativeTheme.themeSource = 'dark'
  })
  await expect.poll(isDark).toBe(true)
  await app.evaluate(({ nativeTheme }) => {
    nativeTheme.themeSource = 'light'
  })
  await expect.poll(isDark).toBe(false)
})

if (isStandIn) {
  test('an API that the stand-in does not cover says so by name', async ({ app }) => {
    const names = await app.evaluate(({ app: electronApp, Tray, BrowserWindow }) => {
      const attempts = [
        () => new Tray(''),
        () => electronApp.getGPUInfo('basic'),
        () => BrowserWindow.getAllWindows()[0]?.setOpacity(0.5),
        () => electronApp.on('login', () => {}),
      ]
      return attempts.map((attempt) => {
        try {
          attempt()
          return 'nothing thrown'
        } catch (error) {
          return (error as Error).name
        }
      })
    })
    expect(names).toEqual(['StandInError', 'StandInError', 'StandInError', 'StandInError'])
  })
}

if (!isStandIn) {
  test('real Electron only: the page runs in a sandboxed process of its own', async ({ app, page }) => {
    await page.getByRole('button', { name: 'Count' }).waitFor()
    const metrics = await app.evaluate(({ app: electronApp }) =>
      electronApp.getAppMetrics().map(({ type, sandboxed, pid }) => ({ type, sandboxed, isMain: pid === process.pid })),
    )
    const pages = metrics.filter(({ type }) => type === 'Tab')
    expect(pages).not.toHaveLength(0)
    expect(pages.every(({ isMain }) => !isMain)).toBe(true)
    if (process.platform !== 'linux') expect(pages.every(({ sandboxed }) => sandboxed === true)).toBe(true)
  })
}

test('the secret store gives back what it encrypted, and refuses bytes that were changed', async ({ app, page }) => {
  await page.getByRole('button', { name: 'Count' }).waitFor()
  const seen = await app.evaluate(async ({ safeStorage }) => {
    if (!(await safeStorage.isAsyncEncryptionAvailable())) return 'no keyring'
    const bytes = await safeStorage.encryptStringAsync('CANARY-secret')
    const { result } = await safeStorage.decryptStringAsync(bytes)
    const changed = Buffer.from(bytes)
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
    const isRefused = await safeStorage.decryptStringAsync(changed).then(
      () => false,
      () => true,
    )
    return { result, isLegible: bytes.includes('CANARY'), isRefused }
  })
  // A computer without a keyring has none in Electron either.
  if (!isStandIn && seen === 'no keyring') return
  expect(seen).toEqual({ result: 'CANARY-secret', isLegible: false, isRefused: true })
})
