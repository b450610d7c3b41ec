import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openStorage } from './storage/storage.ts'
import { tileIn } from './testing/job-tile.ts'
import { backend, type Fake, launch, launchBackend, launchReady, names } from './testing/launch-entry.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  backend.simulator = undefined
})

const argsOf = (fake: Fake, name: string) => fake.calls.filter((call) => call.name === name).map(({ args }) => args[0])
const logOf = (fake: Fake) => readFileSync(join(fake.userData, 'logs/main.log'), 'utf8')
const folder = () => mkdtempSync(join(tmpdir(), 'shell-'))

describe('choosing files', () => {
  const chosen = (filePaths: string[], canceled = false) =>
    launchBackend(({ dialog }) => {
      const ask = dialog.showOpenDialog
      dialog.showOpenDialog = async (options) => ({ ...(await ask(options)), canceled, filePaths })
    })
  const fileOf = (text: string) => {
    const path = join(folder(), 'chosen')
    writeFileSync(path, text)
    return path
  }

  it('asks for several certificates, and for one file of servers', async () => {
    const { fake, options } = await chosen([])
    expect(await options.openFiles('certificates')).toBeUndefined()
    expect(await options.openFiles('servers')).toBeUndefined()
    const everything = { name: '*.*', extensions: ['*'] }
    expect(argsOf(fake, 'dialog.showOpenDialog')).toEqual([
      {
        properties: ['openFile', 'multiSelections'],
        filters: [{ name: '*.pem *.crt *.cer *.key', extensions: ['pem', 'crt', 'cer', 'key'] }, everything],
      },
      { properties: ['openFile'], filters: [{ name: '*.json', extensions: ['json'] }, everything] },
    ])
  })

  it('returns nothing when it was cancelled', async () => {
    const { options } = await chosen([fileOf('a')], true)
    expect(await options.openFiles('servers')).toBeUndefined()
  })

  it('joins the texts of up to ten files', async () => {
    const paths = Array.from({ length: 11 }, (_, number) => fileOf(`text ${number}`))
    const { options } = await chosen(paths)
    const expected = Array.from({ length: 10 }, (_, number) => `text ${number}`).join('\n')
    expect(await options.openFiles('certificates')).toBe(expected)
  })

  it('reads a file of more than two million bytes as an empty one', async () => {
    const { options } = await chosen([fileOf('a'.repeat(2_000_000)), fileOf('b'.repeat(2_000_001))])
    const text = await options.openFiles('certificates')
    expect(text?.length).toBe(2_000_001)
    expect(text?.endsWith('a\n')).toBe(true)
  })
})

describe('saving a file', () => {
  it.each([
    [true, undefined],
    [true, 'file'],
    [false, undefined],
    [false, ''],
  ])('writes nothing when no place was chosen (cancelled: %s, %s)', async (canceled, name) => {
    const place = name ? join(folder(), name) : name
    const { options } = await launchBackend(({ dialog }) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled, ...(place !== undefined && { filePath: place }) })
    })
    expect(await options.saveFile('report.txt', 'text')).toBe(false)
    expect(place ? existsSync(place) : false).toBe(false)
  })

  it('writes the text for this user only, under the name that is proposed', async () => {
    const filePath = join(folder(), 'saved')
    const { fake, options } = await launchBackend(({ dialog }) => {
      const ask = dialog.showSaveDialog
      dialog.showSaveDialog = async (wanted) => ({ ...(await ask(wanted)), canceled: false, filePath })
    })
    expect(await options.saveFile('report.txt', 'text')).toBe(true)
    expect(argsOf(fake, 'dialog.showSaveDialog')).toEqual([{ defaultPath: 'report.txt' }])
    expect(readFileSync(filePath, 'utf8')).toBe('text')
    if (process.platform !== 'win32') expect(statSync(filePath).mode & 0o777).toBe(0o600)
  })
})

describe('what the back end is given', () => {
  it('are the programs beside the entry, the proxy settings of the system and the clipboard', async () => {
    const { fake, options } = await launchBackend()
    expect(options.engineFile).toBe(join(import.meta.dirname, '../engine/cli.js'))
    expect(options.functionHostFile).toBe(join(import.meta.dirname, '../functions/host.js'))
    expect(options.gatewayFile).toBe(join(import.meta.dirname, '../gateway/process.js'))
    expect(await options.resolveProxy?.('https://openobd.example.test')).toBe('DIRECT')
    expect(argsOf(fake, 'session.resolveProxy')).toEqual(['https://openobd.example.test'])
    options.writeClipboard('text')
    expect(argsOf(fake, 'clipboard.writeText')).toEqual(['text'])
  })

  it('is the environment without our own variables', async () => {
    vi.stubEnv('WORKBENCH_ANYTHING', 'x')
    vi.stubEnv('SOMETHING', 'y')
    const { options } = await launchBackend()
    expect(options.childEnvironment).toMatchObject({ SOMETHING: 'y' })
    expect(options.childEnvironment).not.toHaveProperty('WORKBENCH_ANYTHING')
  })

  it('are questions in the language of the moment', async () => {
    const { fake, options } = await launchBackend()
    const { publisher } = options
    publisher.set('settings', { ...publisher.state.settings, language: 'nl' })
    await options.confirmPlaintext('one.example.test')
    await options.confirmUnprotected()
    expect(argsOf(fake, 'dialog.showMessageBox')).toMatchObject([
      { message: 'Alles onversleuteld naar one.example.test sturen?' },
      { message: 'Geheimen onbeschermd op deze computer opslaan?' },
    ])
  })

  it('is the way to change the theme, which begins as it is stored', async () => {
    const { fake, options } = await launchBackend(({ app }) => {
      const storage = openStorage(app.getPath(), 0, () => undefined)
      storage.settings.write('theme', 'dark')
      storage.database.close()
    })
    expect(fake.electron.nativeTheme.themeSource).toBe('dark')
    options.applyTheme('light')
    expect(fake.electron.nativeTheme.themeSource).toBe('light')
  })

  it('is a line for developers with the port of the engine, except in packages', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { options } = await launchBackend()
    options.announceEngine?.(4711)
    expect(write).toHaveBeenCalledExactlyOnceWith('{"event":"engineReady","port":4711}\n')
    expect(globalThis).toMatchObject({ workbenchEnginePort: 4711 })
    const packaged = await launchBackend(({ app }) => {
      app.isPackaged = true
    })
    expect(packaged.options.announceEngine).toBeUndefined()
  })

  it('is a clock that tests can advance, where they ask for it', async () => {
    const plain = await launchBackend()
    expect(plain.options.clock).not.toHaveProperty('advance')
    vi.stubEnv('WORKBENCH_CLOCK', 'advanceable')
    const { options } = await launchBackend()
    expect(options.clock).toBe((globalThis as { workbenchClock?: unknown }).workbenchClock)
    expect(options.clock).toHaveProperty('advance')
  })
})

describe('the profile', () => {
  it('is in the folder of the environment, if there is one', async () => {
    vi.stubEnv('WORKBENCH_PROFILE_DIR', '/tmp/profile')
    expect((await launch()).calls[0]).toEqual({ name: 'app.setPath', args: ['userData', '/tmp/profile'] })
    vi.stubEnv('WORKBENCH_PROFILE_DIR', '')
    expect(names(await launch())).not.toContain('app.setPath')
  })
})

describe('the first state', () => {
  it('names version, platform and host, and has the stored settings', async () => {
    const { options } = await launchBackend()
    expect(options.publisher.state).toMatchObject({
      app: { version: '0.0.0', platform: process.platform, host: 'stand-in' },
      storage: { condition: 'new' },
    })
  })

  it('reaches the page as an event', async () => {
    const { window, options } = await launchBackend()
    options.publisher.set('jobs', [tileIn('active')])
    await vi.waitFor(() =>
      expect(window.webContents.sent).toContainEqual({
        channel: 'stateChanged',
        payload: expect.objectContaining({ lists: { jobs: { gone: [], put: [tileIn('active')] } } }),
      }),
    )
  })

  it('never has a part that is no part of it, and says so in the log', async () => {
    const { fake, options } = await launchBackend()
    options.publisher.set('jobs', [{ nonsense: true }] as never)
    await vi.waitFor(() => expect(logOf(fake)).toContain('a part of the state cannot be shown'))
    expect(logOf(fake)).toContain('"kind":"jobs"')
  })
})

describe('vehicle files', () => {
  const simulator = () => {
    const made = {
      isInUse: () => false,
      check: vi.fn(() => Promise.resolve({ ok: true as const, value: null })),
      use: vi.fn(() => Promise.resolve({ ok: true as const, value: null })),
    }
    backend.simulator = made
    return made
  }

  it('of a second start are asked about and used', async () => {
    const { use } = simulator()
    const { fake } = await launchBackend()
    fake.electron.app.emit('second-instance', {}, ['workbench', 'one.obdcar'], '/cars')
    await vi.waitFor(() => expect(use).toHaveBeenCalledExactlyOnceWith(join('/cars', 'one.obdcar')))
    expect(argsOf(fake, 'dialog.showMessageBox')).toMatchObject([{ type: 'question' }])
  })

  it.each([true, false])('of the first start are used in a package only (%s)', async (isPackaged) => {
    const { use } = simulator()
    const before = process.argv
    process.argv = ['workbench', '/cars/first.obdcar']
    try {
      await launchBackend(({ app }) => {
        app.isPackaged = isPackaged
      })
    } finally {
      process.argv = before
    }
    if (isPackaged) await vi.waitFor(() => expect(use).toHaveBeenCalledExactlyOnceWith('/cars/first.obdcar'))
    else expect(use).not.toHaveBeenCalled()
  })

  it('that macOS opens are used, also before the application is ready', async () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin')
    const { use } = simulator()
    const fake = await launch()
    const preventDefault = vi.fn()
    fake.electron.app.emit('open-file', { preventDefault }, '/cars/two.obdcar')
    expect(preventDefault).toHaveBeenCalledOnce()
    fake.becomeReady()
    await vi.waitFor(() => expect(use).toHaveBeenCalledExactlyOnceWith('/cars/two.obdcar'))
  })

  it('are no event of other systems', async () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('linux')
    const fake = await launch()
    expect(fake.electron.app.listenerCount('open-file')).toBe(0)
  })
})

describe('the window', () => {
  it('comes forward when the application is activated, and is made again after it was closed', async () => {
    const { fake, window } = await launchReady()
    fake.electron.app.emit('activate')
    expect(names(fake).slice(-2)).toEqual(['window.show', 'window.focus'])
    window.emit('closed')
    fake.electron.app.emit('activate')
    expect(fake.windows).toHaveLength(2)
  })
})

describe('a start that cannot go on', () => {
  it('says that a package needs its sandbox', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const fake = await launch(({ app }) => {
      app.isPackaged = true
      app.switches.add('no-sandbox')
    })
    const text = 'This application does not run without its sandbox. On Linux, install the deb or rpm package.'
    expect(write).toHaveBeenCalledWith(`${text}\n`)
    expect(fake.calls.slice(-2)).toEqual([
      { name: 'dialog.showErrorBox', args: ['Workbench for openOBD', text] },
      { name: 'app.exit', args: [1] },
    ])
  })

  it('is no start of developers without the sandbox', async () => {
    const fake = await launch(({ app }) => {
      app.switches.add('no-sandbox')
    })
    expect(names(fake)).toContain('app.requestSingleInstanceLock')
  })

  it('ends when Electron never becomes ready', async () => {
    const fake = await launch(({ app }) => {
      app.whenReady = () => Promise.reject(new Error('no display'))
    })
    await vi.waitFor(() => expect(fake.calls.at(-1)).toEqual({ name: 'app.exit', args: [1] }))
    expect(fake.windows).toEqual([])
  })
})

describe('the log of a start', () => {
  it('has what is unusual: a damaged database, presets that cannot be used, and a journal without a thread', async () => {
    vi.doMock('./presets.ts', async (original) => ({
      ...(await original<typeof import('./presets.ts')>()),
      readPresets: () => ({ problem: 'presets.json is not JSON' }),
    }))
    const { fake } = await launchBackend(({ app }) => {
      writeFileSync(join(app.getPath(), 'workbench.sqlite'), 'no database'.repeat(999))
    })
    vi.doUnmock('./presets.ts')
    const log = logOf(fake)
    expect(log).toContain('"kind":"set-aside"')
    expect(log).toContain('"reason":"presets.json is not JSON"')
    await vi.waitFor(() => expect(logOf(fake)).toContain('the journal has no thread of its own'))
  })

  it('has none of that when everything is as it should be', async () => {
    const first = await launchBackend()
    await launchBackend(({ app }) => {
      app.getPath = () => first.fake.userData
    })
    expect(logOf(first.fake)).not.toMatch(/presets|set-aside/)
  })
})
