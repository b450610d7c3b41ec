import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, test as base, type ElectronApplication, expect, type Page } from '@playwright/test'
import { electronPath, isStandIn } from '../../host.ts'

interface Facts {
  readonly navigations: string[]
  readonly opened: string[]
  readonly requests: string[]
  readonly secondStarts: { args: string[]; workingDirectory: string }[]
  readonly gone: string[]
  readonly said: string[]
}

const folder = join(import.meta.dirname, 'app')
const factsOf = (app: ElectronApplication) => app.evaluate(() => (globalThis as unknown as { facts: Facts }).facts)

const test = base.extend<{ profile: string; app: ElectronApplication; page: Page }>({
  profile: async ({ browserName: _browserName }, use) => {
    const profile = mkdtempSync(join(tmpdir(), 'contract-'))
    await use(profile)
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  },
  app: async ({ profile }, use) => {
    const app = await _electron.launch({
      executablePath: electronPath,
      args: [folder, `--user-data-dir=${profile}`],
      env: { ...process.env, WORKBENCH_HEADLESS: '1' },
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

interface Bridge {
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

test.describe('the page', () => {
  test("comes from the application's own scheme, as main sees it", async ({ app, page }) => {
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL())).toBe(
      'app://bundle/index.html',
    )
    expect(await page.evaluate(() => isSecureContext)).toBe(true)
    expect(await page.evaluate(() => fetch('./page.js').then((response) => response.status))).toBe(200)
    expect(await page.evaluate(() => fetch('./absent.js').then((response) => response.status))).toBe(404)
  })

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
    // The policy stops the page's own requests before the filter; a frame that main loads elsewhere meets the filter.
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

test.describe('messages between page and main', () => {
  test('cross as structured clones: bytes, dates, maps and undefined stay what they are', async ({ page }) => {
    const types = await page.evaluate(async () => {
      const sent = [new Uint8Array([0, 127, 255]), new Date(86_400_000), new Map([['a', 1]]), undefined, null, -1.5]
      const [bytes, date, map, nothing, none, number] = await globalThis.contract.echo(...sent)
      return {
        bytes: bytes instanceof Uint8Array && [...bytes].join(),
        date: date instanceof Date && date.getTime(),
        map: map instanceof Map && map.get('a'),
        nothing: nothing === undefined,
        none: none === null,
        number,
      }
    })
    expect(types).toEqual({ bytes: '0,127,255', date: 86_400_000, map: 1, nothing: true, none: true, number: -1.5 })
  })

  test('cross in both directions, and a listener that was taken off hears nothing more', async ({ app, page }) => {
    await page.evaluate(() => {
      const heard: unknown[] = []
      const off = globalThis.contract.onNews((...news) => {
        heard.push(...news)
        if (heard.length === 2) off()
      })
      Object.assign(globalThis, { heard })
      globalThis.contract.say('hello')
    })
    await expect.poll(async () => (await factsOf(app)).said).toEqual(['hello'])
    await app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      for (const news of [1, { two: new Uint8Array([2]) }, 3]) window?.webContents.send('news', news)
    })
    await expect
      .poll(() => page.evaluate(() => (globalThis as unknown as { heard: unknown[] }).heard.length))
      .toBeGreaterThan(1)
    await page.evaluate(() => globalThis.contract.echo('round trip'))
    expect(await page.evaluate(() => (globalThis as unknown as { heard: unknown[] }).heard.length)).toBe(2)
  })

  test("carry a handler's failure as its message, without its stack", async ({ page }) => {
    const failures = await page.evaluate(async () => {
      const messageOf = (error: Error) => error.message
      return [await globalThis.contract.fail().catch(messageOf), await globalThis.contract.unknown().catch(messageOf)]
    })
    expect(failures[0]).toBe("Error invoking remote method 'fail': TypeError: the handler threw")
    expect(failures[1]).toContain("No handler registered for 'no-such-channel'")
  })

  test('refuse what cannot be cloned', async ({ page }) => {
    const refused = await page.evaluate(() =>
      globalThis.contract.echo({ nested: { callback: () => 1 } }).then(
        () => false,
        () => true,
      ),
    )
    expect(refused).toBe(true)
  })

  test('name the frame they come from', async ({ page }) => {
    expect(await page.evaluate(() => globalThis.contract.sender())).toMatchObject({
      url: 'app://bundle/index.html',
      isTop: true,
    })
  })

  test('do not come from frames inside the page', async ({ page }) => {
    const insideFrame = await page.evaluate(async () => {
      const frame = document.createElement('iframe')
      frame.src = './frame.html'
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
      document.body.append(frame)
      await loaded
      return Object.keys(frame.contentWindow ?? {}).includes('contract')
    })
    expect(insideFrame).toBe(false)
  })

  test('are refused by a handler that checks for its own origin', async ({ app, page }) => {
    await page.getByRole('button', { name: 'Count' }).waitFor()
    const [foreign] = await Promise.all([
      app.waitForEvent('window'),
      app.evaluate(() =>
        (globalThis as unknown as { openWindow(url: string): Promise<unknown> })
          .openWindow('app://bundle.evil/index.html')
          .then(() => undefined),
      ),
    ])
    await foreign.getByRole('heading', { name: 'Contract' }).waitFor()
    expect(await foreign.evaluate(() => globalThis.contract.sender())).toMatchObject({
      url: 'app://bundle.evil/index.html',
    })
    const refusal = await foreign.evaluate(() => globalThis.contract.echo(1).catch((error: Error) => error.message))
    expect(refusal).toContain('refused')
  })

  test('work again after a reload', async ({ app, page }) => {
    await page.getByRole('button', { name: 'Count' }).click()
    await page.reload()
    await expect(page.getByLabel('clicks')).toHaveText('0')
    expect(await page.evaluate(() => globalThis.contract.echo('again'))).toEqual(['again'])
    expect((await factsOf(app)).navigations).toEqual([])
  })
})

test('a preload can require nothing but electron', async ({ page }) => {
  expect(await page.evaluate(() => globalThis.contract.preloadFailure)).toContain('module not found')
})

test('a second start of the same profile focuses the first and ends', async ({ app, page, profile }) => {
  await page.getByRole('button', { name: 'Count' }).waitFor()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
  const sandboxed = process.platform === 'linux' ? ['--no-sandbox'] : []
  const second = spawn(electronPath, [...sandboxed, folder, `--user-data-dir=${profile}`, '--from-second'], {
    env: { ...process.env, WORKBENCH_HEADLESS: '1' },
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
