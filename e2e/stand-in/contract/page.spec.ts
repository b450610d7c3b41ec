import { expect, factsOf, test } from './fixtures.ts'

test.describe('the page', () => {
  test("comes from the application's own scheme, as main sees it", async ({ app, page }) => {
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL())).toBe(
      'app://bundle/index.html',
    )
    expect(await page.evaluate(() => isSecureContext)).toBe(true)
    expect(await page.evaluate(() => fetch('./page.js').then((response) => response.status))).toBe(200)
    expect(await page.evaluate(() => fetch('./absent.js').then((response) => response.status))).toBe(404)
  })

  // @proves Delivery: The stand-in behaves as its contract says
  test('obeys the content security policy of the header: inline scripts and eval do nothing', async ({ page }) => {
    expect(await page.evaluate(() => document.documentElement.dataset.inline)).toBeUndefined()
    const outcome = await page.evaluate(async () => {
      const script = document.createElement('script')
      script.textContent = "document.documentElement.dataset.injected = 'ran'"
      document.body.append(script)
      const image = new Image()
      image.src = 'https://example.com/pixel.png'
      await new Promise((resolve) => image.addEventListener('error', resolve))
      return { injected: document.documentElement.dataset.injected, violations: globalThis.violations }
    })
    expect(outcome.injected).toBeUndefined()
    expect(outcome.violations).toContain('script-src-elem')
    expect(outcome.violations).toContain('img-src')
  })

  test('sees nothing of Node, of the preload, nor of the messages between preload and main', async ({ page }) => {
    const seen = await page.evaluate(() => ({
      node: ['require', 'process', 'module', 'Buffer', 'global', '__dirname'].filter((name) => name in globalThis),
      internals: Object.getOwnPropertyNames(globalThis).filter((name) => /ipc|electron|toMain|standIn/i.test(name)),
      exposed: Object.keys(globalThis.contract).sort(),
    }))
    expect(seen.node).toEqual([])
    expect(seen.internals).toEqual([])
    expect(seen.exposed).toEqual(
      ['echo', 'fail', 'nested', 'onNews', 'ownBuiltIns', 'preloadFailure', 'say', 'sender', 'sum', 'unknown'].sort(),
    )
  })

  test('cannot replace or change what the preload exposed', async ({ page }) => {
    const outcome = await page.evaluate(() => {
      const attempts = [
        () => Object.assign(globalThis, { contract: 'mine' }),
        () => Object.assign(globalThis.contract, { sum: () => 0 }),
        () => Object.assign(globalThis.contract.nested.deep, { value: 0 }),
      ]
      const refused = attempts.map((attempt) => {
        try {
          attempt()
          return false
        } catch {
          return true
        }
      })
      return { refused, sum: globalThis.contract.sum(1, 2), value: globalThis.contract.nested.deep.value }
    })
    expect(outcome).toEqual({ refused: [true, true, true], sum: 3, value: 42 })
  })

  // @proves Security: A05 overwritten built-ins do not reach preload or main
  test('cannot reach into the preload by overwriting built-ins', async ({ page }) => {
    const text = await page.evaluate(() => {
      JSON.stringify = () => 'hostile'
      Array.prototype.map = () => []
      return globalThis.contract.ownBuiltIns()
    })
    expect(text).toBe('[2,4,6]')
  })

  test('opens no window, neither by script nor by a link', async ({ app, page }) => {
    expect(await page.evaluate(() => window.open('https://example.com/popup'))).toBeNull()
    await page.getByRole('link', { name: 'New window' }).click()
    await expect.poll(async () => (await factsOf(app)).opened).toContain('https://example.com/popup')
    await expect.poll(() => app.windows().length).toBe(1)
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })

  test('navigates nowhere else when main refuses', async ({ app, page }) => {
    await page.getByRole('link', { name: 'Elsewhere' }).click()
    await expect.poll(async () => (await factsOf(app)).navigations).toEqual(['https://example.com/elsewhere'])
    await page.getByRole('button', { name: 'Count' }).click()
    await expect(page.getByLabel('clicks')).toHaveText('1')
  })

  test("loads nothing that main's request filter cancels", async ({ app, page }) => {
    const failed = await page.evaluate(() =>
      fetch('https://example.com/data').then(
        () => false,
        () => true,
      ),
    )
    expect(failed).toBe(true)
    // The policy blocks the page's own requests before the filter; a frame that main loads elsewhere reaches the filter.
    const rejected = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]
        ?.loadURL('https://example.com/other')
        .then(
          () => false,
          () => true,
        ),
    )
    expect(rejected).toBe(true)
    expect((await factsOf(app)).requests).toContain('https://example.com/other')
  })

  test('gets no permission that main denies', async ({ page }) => {
    const states = await page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera'] as PermissionName[]
      const found = await Promise.all(names.map((name) => navigator.permissions.query({ name })))
      return found.map((status) => status.state)
    })
    expect(states).toEqual(['denied', 'denied', 'denied'])
    const code = await page.evaluate(
      () => new Promise((resolve) => navigator.geolocation.getCurrentPosition(resolve, (error) => resolve(error.code))),
    )
    expect(code).toBe(1)
  })
})
