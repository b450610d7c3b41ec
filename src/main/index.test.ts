import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { channelKinds } from '../shared/ipc/generated/channels.ts'
import { backend, launch, launchReady, names, preventable } from './testing/launch-entry.ts'

function permissionsOfElectron(): Set<string> {
  const types = readFileSync(join(import.meta.dirname, '../../node_modules/electron/electron.d.ts'), 'utf8')
  const handlers = types.matchAll(/set(?:PermissionRequest|PermissionCheck)Handler\(handler: .*permission: ([^,)]*)/g)
  return new Set(
    [...handlers].flatMap(([, union]) => [...(union ?? '').matchAll(/'([^']+)'/g)].map(([, name]) => name ?? '')),
  )
}

describe('the start', () => {
  // @proves Security: A02 sandbox before ready, nothing switches it off
  it('enables the sandbox and registers the scheme before anything that needs ready', async () => {
    const fake = await launch()
    expect(names(fake)).toEqual([
      'app.enableSandbox',
      'protocol.registerSchemesAsPrivileged',
      'app.requestSingleInstanceLock',
    ])
  })

  it('does not allow app: to bypass the content security policy', async () => {
    const fake = await launch()
    const call = fake.calls.find(({ name }) => name === 'protocol.registerSchemesAsPrivileged')
    expect(call?.args[0]).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: false } },
    ])
  })

  // @proves Faults: 39 second start of the application; what a person sees: the first window comes forward
  // @proves Security: A02 sandbox before ready, nothing switches it off
  it('is refused without the sandbox in a package, and says so', async () => {
    const fake = await launch(({ app }) => {
      app.isPackaged = true
      app.switches.add('no-sandbox')
    })
    expect(names(fake).slice(-2)).toEqual(['dialog.showErrorBox', 'app.exit'])
    fake.becomeReady()
    await nextTurn()
    expect(fake.windows).toHaveLength(0)
  })

  it('quits without a window when another instance holds the lock', async () => {
    const fake = await launch(({ app }) => {
      app.hasLock = false
    })
    fake.becomeReady()
    await nextTurn()
    expect(names(fake)).toContain('app.quit')
    expect(fake.windows).toHaveLength(0)
    // Nothing of the profile is opened: its jobs and kept tokens belong to the first application.
    expect(readdirSync(fake.userData)).toEqual([])
  })

  // @proves Faults: 39 second start of the application; what a person sees: the first window comes forward
  it('brings the window to the front when it is started a second time', async () => {
    const { fake } = await launchReady()
    fake.electron.app.emit('second-instance', {}, ['--inspect', 'https://evil.example'], '/')
    expect(names(fake).slice(-3)).toEqual(['window.restore', 'window.show', 'window.focus'])
    expect(fake.windows).toHaveLength(1)
  })

  it('says in its log that its SQLite is older than the journal needs, and starts', async () => {
    vi.doMock('./storage/sqlite-version.ts', () => ({ isOldSqlite: () => true }))
    const { fake } = await launchReady()
    vi.doUnmock('./storage/sqlite-version.ts')
    const log = readFileSync(join(fake.userData, 'logs/main.log'), 'utf8')
    expect(log).toContain('SQLite is older than the journal needs')
    expect(log).toContain(`"version":"${process.versions.sqlite}"`)
  })

  it('says nothing of that kind about a SQLite that is new enough', async () => {
    const { fake } = await launchReady()
    expect(readFileSync(join(fake.userData, 'logs/main.log'), 'utf8')).not.toContain('SQLite')
  })

  // @proves Security: A41 variables that change trust, routes or logs are removed at the start
  it('removes variables that could change trust or routes from the environment', async () => {
    const poisoned = {
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: '/tmp/x',
      grpc_proxy: 'http://evil',
      https_proxy: 'http://evil',
      SSLKEYLOGFILE: '/tmp/keys',
    }
    Object.assign(process.env, poisoned)
    await launch()
    for (const name of Object.keys(poisoned)) expect(process.env[name], name).toBeUndefined()
  })

  // @proves Security: A33 the page has a session of its own in memory, without a cache
  it('restricts the session and serves the bundle before the page is loaded', async () => {
    const { fake } = await launchReady()
    const order = names(fake)
    for (const name of [
      'session.setPermissionRequestHandler',
      'session.setPermissionCheckHandler',
      'session.setDevicePermissionHandler',
      'session.setDisplayMediaRequestHandler',
      'session.onBeforeRequest',
      'session.protocol.handle',
    ]) {
      expect(order.indexOf(name), name).toBeGreaterThan(-1)
      expect(order.indexOf(name), name).toBeLessThan(order.indexOf('BrowserWindow'))
    }
    expect(fake.calls.find(({ name }) => name === 'session.fromPartition')?.args).toEqual([
      'workbench',
      { cache: false },
    ])
  })
})

describe('the window', () => {
  const expected = {
    contextIsolation: true,
    sandbox: true,
    webSecurity: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    disableBlinkFeatures: 'Auxclick',
    spellcheck: false,
    preload: expect.stringMatching(/preload[\\/]index\.cjs$/),
    session: expect.anything(),
  }

  // @proves Security: A01 one factory, fixed preferences
  it.each([
    [false, true],
    [true, false],
  ])('has exactly the intended preferences (packaged: %s)', async (isPackaged, devTools) => {
    const { window } = await launchReady(({ app }) => {
      app.isPackaged = isPackaged
    })
    expect(window.options.webPreferences).toEqual({ ...expected, devTools })
  })

  it('loads the bundle and nothing else', async () => {
    const { fake } = await launchReady()
    expect(fake.calls.filter(({ name }) => name === 'loadURL').map(({ args }) => args[0])).toEqual([
      'app://bundle/index.html',
    ])
  })

  // @proves Faults: 26 page gone while a prompt waits; what a person sees: the same prompt again
  it.each(['crashed', 'oom', 'killed'])('is rebuilt when its page has ended (%s)', async (reason) => {
    const { fake, window } = await launchReady()
    window.webContents.emit('render-process-gone', {}, { reason })
    await vi.waitFor(() => expect(fake.windows).toHaveLength(2), { timeout: 2000 })
    expect(window.destroyed).toBe(true)
    expect(names(fake)).not.toContain('app.quit')
    const [first, second] = fake.calls.filter(({ name }) => name === 'BrowserWindow')
    expect(first?.args[0]).toMatchObject({ name: 'main', windowStatePersistence: true })
    expect(second?.args[0]).toMatchObject({ x: 40, y: 30, width: 1010, height: 690 })
    // A second window of the same name would be refused while the broken one is there.
    expect(second?.args[0]).not.toHaveProperty('name')
  })

  // @proves Security: A06 a page that crashes or hangs comes back with the same prompt
  it('is rebuilt when its page hangs', async () => {
    const { fake, window } = await launchReady()
    window.emit('unresponsive')
    await vi.waitFor(() => expect(fake.windows).toHaveLength(2), { timeout: 2000 })
  })

  it('is not rebuilt when its page ended normally', async () => {
    const { fake, window } = await launchReady()
    window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit' })
    await nextTurn()
    expect(fake.windows).toHaveLength(1)
  })

  it('shows the page of the first start in the language of the system, until a language was chosen', async () => {
    const { fake, window } = await launchReady(({ app }) => {
      app.languages = ['sv-SE', 'nl-BE']
    })
    const call = (name: string, args?: unknown) =>
      fake.handlers.get(name)?.(
        { sender: { id: window.webContents.id }, senderFrame: { url: 'app://bundle/index.html', parent: null } },
        args,
      )
    expect(await call('getState')).toMatchObject({ state: { isFirstStart: true, settings: { language: 'nl' } } })
  })

  it('serves calls of the new window and refuses those of the old one', async () => {
    const { fake, window } = await launchReady()
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    await vi.waitFor(() => expect(fake.windows).toHaveLength(2))
    const call = (id: number | undefined) =>
      fake.handlers.get('getState')?.({ sender: { id }, senderFrame: { url: 'app://bundle/index.html', parent: null } })
    await expect(call(fake.windows[1]?.webContents.id)).resolves.toMatchObject({ revision: expect.any(Number) })
    await expect(call(window.webContents.id)).rejects.toThrow('not-allowed-now')
  })
})

describe('the policy', () => {
  let shared: ReturnType<typeof launchReady> | undefined
  const policed = () => {
    shared ??= launchReady()
    return shared
  }

  // Read from Electron itself, so that a new permission is tested (and refused) as soon as Electron knows it.
  const permissions = [...permissionsOfElectron()].filter((name) => name !== 'clipboard-sanitized-write')

  // @proves Security: A25 every permission is decided
  it('is tested with every permission of this Electron', () => {
    expect(permissions.length).toBeGreaterThan(30)
    expect(permissions).toContain('geolocation')
  })

  it.each([...permissions, 'a-permission-of-the-future'])('refuses %s', async (permission) => {
    const { fake } = await policed()
    const check = fake.sessionHandlers.setPermissionCheckHandler as (...args: unknown[]) => boolean
    const request = fake.sessionHandlers.setPermissionRequestHandler as (...args: unknown[]) => void
    const decide = vi.fn()
    request({}, permission, decide)
    expect(decide).toHaveBeenCalledExactlyOnceWith(false)
    expect(check({}, permission)).toBe(false)
  })

  it('lets the page write text to the clipboard', async () => {
    const { fake } = await policed()
    const check = fake.sessionHandlers.setPermissionCheckHandler as (...args: unknown[]) => boolean
    expect(check({}, 'clipboard-sanitized-write')).toBe(true)
  })

  it('refuses devices and screen capture', async () => {
    const { fake } = await policed()
    expect((fake.sessionHandlers.setDevicePermissionHandler as () => boolean)()).toBe(false)
    const decide = vi.fn()
    ;(fake.sessionHandlers.setDisplayMediaRequestHandler as (...args: unknown[]) => void)({}, decide)
    expect(decide).toHaveBeenCalledExactlyOnceWith({})
  })

  // @proves Security: A24 only `app:` and `blob:` load
  // @proves Security: A30 file: is refused in the page, and its privileges are off
  it.each([
    ['app://bundle/assets/a.js', false],
    ['blob:app://bundle/6f1c', false],
    ['app://bundle.evil/a.js', true],
    ['app://bundle@evil/a.js', true],
    ['blob:https://evil/1', true],
    ['https://example.org/', true],
    ['http://127.0.0.1/', true],
    ['file:///etc/passwd', true],
    ['data:text/html,x', true],
    ['ws://127.0.0.1/', true],
    ['ftp://example.org/', true],
    ['chrome://gpu', true],
  ])('answers a request for %s with cancel=%s', async (url, cancel) => {
    const { fake } = await policed()
    const decide = vi.fn()
    ;(fake.sessionHandlers.onBeforeRequest as (...args: unknown[]) => void)({ url }, decide)
    expect(decide).toHaveBeenCalledExactlyOnceWith({ cancel })
  })

  it('refuses downloads', async () => {
    const { fake } = await policed()
    const event = preventable()
    fake.sessionEvents.emit('will-download', event)
    expect(event.prevented).toBe(true)
  })

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])(
    'refuses %s to anything but a hash',
    async (name) => {
      const { window } = await policed()
      for (const url of [
        'https://example.org/',
        'app://bundle/other.html',
        'app://bundle/index.html?x=1',
        'app://bundle.evil/index.html#x',
        'file:///etc/passwd',
        'javascript:alert(1)',
        'data:text/html,x',
        'app://bundle/index.html',
      ]) {
        const event = preventable({ url })
        window.webContents.emit(name, event)
        expect(event.prevented, url).toBe(true)
      }
      const hash = preventable({ url: 'app://bundle/index.html#settings' })
      window.webContents.emit(name, hash)
      expect(hash.prevented).toBe(false)
    },
  )

  // @proves Security: A26 no navigation, no new windows, no webviews
  it('refuses new windows and webviews', async () => {
    const { window } = await policed()
    expect(window.webContents.openHandler?.()).toEqual({ action: 'deny' })
    const event = preventable()
    window.webContents.emit('will-attach-webview', event)
    expect(event.prevented).toBe(true)
  })
})

describe('the calls', () => {
  it('exist for every query and command of the contract and for nothing else', async () => {
    const { fake } = await launchReady()
    const calls = Object.entries(channelKinds).flatMap(([name, kind]) => (kind === 'event' ? [] : [name]))
    expect([...fake.handlers.keys()].sort()).toEqual(calls.sort())
  })
})

describe('a damaged database', () => {
  // @proves Sessions and links: A started session and its pending result survive; a damaged store never stops a start
  // @proves Faults: 38 corrupt or future database; what a person sees: its new name, and the application starts
  it('is set aside and reported by its new name, and the application starts', async () => {
    const { fake, window } = await launchReady(({ app }) => {
      writeFileSync(
        join(app.getPath(), 'workbench.sqlite'),
        'no database, but long enough to be taken for one'.repeat(99),
      )
    })
    const event = {
      sender: { id: window.webContents.id },
      senderFrame: { url: 'app://bundle/index.html', parent: null },
    }
    const reply = await fake.handlers.get('getState')?.(event)
    expect(reply).toMatchObject({
      state: { storage: { condition: 'set-aside', setAside: expect.stringContaining('.set-aside') } },
    })
    expect(JSON.stringify(reply)).not.toContain(fake.userData)
    expect(readdirSync(fake.userData).some((name) => name.endsWith('.set-aside'))).toBe(true)
  })
})

describe('an error that nobody caught', () => {
  it.each(['uncaughtException', 'unhandledRejection'] as const)(
    'is logged without its message, and the application continues (%s)',
    async (name) => {
      const before = new Set<unknown>(process.listeners(name as never))
      const { fake } = await launchReady()
      const listeners = process.listeners(name as never) as unknown as ((error: Error) => void)[]
      const added = listeners.filter((listener) => !before.has(listener))
      expect(added).toHaveLength(1)
      added[0]?.(new TypeError('CANARY'))
      const log = readFileSync(join(fake.userData, 'logs/main.log'), 'utf8')
      expect(log).toMatch(
        name === 'uncaughtException'
          ? /uncaught exception.*TypeError|TypeError.*uncaught exception/
          : /unhandled rejection/,
      )
      expect(log).not.toContain('CANARY')
      expect(names(fake)).not.toContain('app.exit')
    },
  )
})

describe('a start that fails', () => {
  it('ends the application instead of leaving it without a window', async () => {
    const fake = await launch(({ Menu }) => {
      Menu.setApplicationMenu = () => {
        throw new Error('broken')
      }
    })
    fake.becomeReady()
    await vi.waitFor(() => expect(fake.calls.at(-1)).toEqual({ name: 'app.exit', args: [1] }))
  })
})

describe('a back end that does not start', () => {
  it('is shown as a failure, and calls fail instead of waiting for ever', async () => {
    backend.isBroken = true
    const { fake, window } = await launchReady()
    backend.isBroken = false
    const event = {
      sender: { id: window.webContents.id },
      senderFrame: { url: 'app://bundle/index.html', parent: null },
    }
    const outcome = await fake.handlers.get('reconnect')?.(event)
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'internal' } })
    await vi.waitFor(async () => {
      expect(await fake.handlers.get('getState')?.(event)).toMatchObject({
        state: { endpoint: { status: 'failed', failure: { code: 'internal' } } },
      })
    })
  })
})

describe('the end', () => {
  it('waits for the back end before it quits', async () => {
    const { fake } = await launchReady()
    const event = preventable()
    fake.electron.app.emit('before-quit', event)
    expect(event.prevented).toBe(true)
    await vi.waitFor(() => expect(names(fake)).toContain('app.quit'))
    expect(backend.stops).toBe(1)
    const second = preventable()
    fake.electron.app.emit('before-quit', second)
    expect(second.prevented).toBe(false)
  })

  it('does not rebuild a window whose page ends with the application', async () => {
    const { fake, window } = await launchReady()
    fake.electron.app.emit('before-quit', preventable())
    window.webContents.emit('render-process-gone', {}, { reason: 'killed' })
    // Timers of the same length fire in order: one that rebuilt the window would have fired before this one.
    await pause(0)
    expect(fake.windows).toHaveLength(1)
  })

  it('begins when the last window is closed', async () => {
    const { fake, window } = await launchReady()
    window.emit('closed')
    fake.electron.app.emit('window-all-closed')
    await vi.waitFor(() => expect(backend.stops).toBe(1))
  })
})
