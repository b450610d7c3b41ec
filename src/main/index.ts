import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { app, clipboard, dialog, ipcMain, Menu, nativeTheme, powerMonitor, protocol } from 'electron'
import { type Clock, systemClock } from '../openobd/clock.ts'
import type { AppState, Settings } from '../shared/app-state.ts'
import { firstLanguage } from '../shared/languages.ts'
import { AdvanceableClock } from './advanceable-clock.ts'
import type { BackendOptions } from './backend.ts'
import type { ClosingGuard } from './closing-guard.ts'
import type { PolicyRefusal } from './content-policy.ts'
import type { Ending } from './ending.ts'
import { childEnvironment, readLaunchOptions, scrubEnvironment } from './environment.ts'
import type { Backend } from './ipc/lazy-handlers.ts'
import type { Logger } from './logging.ts'
import { OpenedFiles, openedFile, openVehicleFile } from './opened-file.ts'
import { spawnUtilityChild } from './processes/utility-child.ts'
import type { StatePublisher } from './services/state-publisher.ts'
import type { Storage } from './storage/storage.ts'
import { MainWindow, rendererSession } from './window.ts'

type Parts = typeof import('./shell-parts.ts')

// Must run before grpc-js is loaded: the back end is imported only after the window exists.
scrubEnvironment(process.env)
const launch = readLaunchOptions(process.env, app.isPackaged, process.argv)
const profileFolder = launch.isDemonstration ? mkdtempSync(join(tmpdir(), 'workbench-demo-')) : launch.profileFolder
if (profileFolder) app.setPath('userData', profileFolder)
app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: false } },
])

const folder = (path: string) => join(import.meta.dirname, '..', path)

/** Files that the system opens, until the back end can take them. */
const files = new OpenedFiles()
files.open(openedFile(app.isPackaged ? process.argv.slice(1) : [], process.cwd()))
// Raised before `ready`, and only on macOS.
if (process.platform === 'darwin') {
  app.on('open-file', (event, path) => {
    event.preventDefault()
    files.open(openedFile([path], '/'))
  })
}

if (app.isPackaged && app.commandLine.hasSwitch('no-sandbox')) {
  refuseWithoutSandbox()
} else if (app.requestSingleInstanceLock()) {
  Promise.all([import('./shell-parts.ts'), app.whenReady()]).then(
    ([parts]) => run(parts),
    () => app.exit(1),
  )
} else {
  app.quit()
}

/** Packages never run without the sandbox, whoever switched it off. There is no page yet, and no language. */
function refuseWithoutSandbox(): void {
  const text = 'This application does not run without its sandbox. On Linux, install the deb or rpm package.'
  process.stderr.write(`${text}\n`)
  dialog.showErrorBox('Workbench for openOBD', text)
  app.exit(1)
}

function run(parts: Parts): void {
  const secrets = new parts.SecretRegistry()
  const logFile = parts.openLogFile(join(app.getPath('userData'), 'logs'))
  const logger = parts.createLogger(logFile, secrets)
  process.on('uncaughtException', (error) => logger.error('uncaught exception', parts.describeBug(error)))
  process.on('unhandledRejection', (error) => logger.error('unhandled rejection', parts.describeBug(error)))
  try {
    start(parts, secrets, logger)
  } catch (error) {
    logger.error('the application could not start', parts.describeBug(error))
    app.exit(1)
  }
}

function start(parts: Parts, secrets: BackendOptions['secrets'], logger: Logger): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(parts.menuTemplate(process.platform)))
  serveBundle(parts, logger)
  const clock = launch.hasAdvanceableClock ? exposeClock() : systemClock
  const window: MainWindow = new MainWindow({
    preload: folder('preload/index.cjs'),
    logger,
    mayClose: () => guard.mayCloseWindow(),
    onSystemEnd: () => guard.systemEnds(),
  })
  const storage = parts.openStorage(app.getPath('userData'), systemClock.wallMs(), (what) =>
    logger.error('stored data could not be read', { kind: what }),
  )
  const { sqlite: version = '' } = process.versions
  if (parts.isOldSqlite(version)) logger.warn('SQLite is older than the journal needs', { version })
  if (storage.opened.condition !== 'good') logger.info('the local database', { kind: storage.opened.condition })
  const presets = parts.readPresets(parts.presetsFile(process.platform, process.env))
  if (presets.problem) logger.error('the presets of the administrator are not used', { reason: presets.problem })
  parts.applyPresets(presets, storage, systemClock.wallMs())
  const first = firstState(parts, storage)
  const publisher = new parts.StatePublisher(
    first,
    systemClock,
    (name, payload) => window.send(name, payload),
    ({ slice, problem }) => logger.error('a part of the state cannot be shown', { kind: slice, reason: problem }),
    (value) => secrets.clean(value),
  )
  const guard: ClosingGuard = new parts.ClosingGuard({
    clock,
    jobs: () => publisher.state.jobs,
    publish: (closing) => publisher.set('closing', closing),
    showWindow: () => window.show(),
    interrupt: async (handle) => handlers.interruptSession({ handle }),
    quit: () => app.quit(),
  })
  publisher.watch('jobs', () => guard.jobsChanged())
  const { handlers, provide, giveUp } = parts.lazyHandlers(publisher, {
    closingShown: ({ question }) => guard.shown(question),
    answerClosing: ({ question, answer }) => guard.answer(question, answer),
  })
  parts.registerCalls({
    registry: ipcMain,
    handlers,
    isOurWindow: (id) => window.owns(id),
    holdsSecret: (args) => secrets.holdsSecret(args),
    clean: (reply) => secrets.clean(reply),
    logger,
    refusals: new parts.RefusalCounter(logger),
    monotonicMs: systemClock.monotonicMs,
  })
  app.on('second-instance', (_event, args, workingDirectory) => {
    window.show()
    files.open(openedFile(args, workingDirectory))
  })
  app.on('activate', () => window.show())
  app.on('window-all-closed', () => app.quit())
  window.show()
  const journal = new parts.Journal({
    thread: parts.journalInWorker({
      file: join(import.meta.dirname, 'journal-worker.js'),
      folder: app.getPath('userData'),
      nowMs: systemClock.wallMs,
      onReplaced: () => logger.error('the journal has no thread of its own'),
    }),
    clock: systemClock,
    random: Math.random,
    onView: (view) => publisher.set('journal', view),
  })
  const backend = loadBackend({ publisher, logger, secrets, storage, journal, clock, presetFeed: presets.updateFeed })
  backend.then(provide, (error: unknown) => {
    logger.error('the back end did not start', parts.describeBug(error))
    giveUp(error)
    publisher.update('endpoint', (view) => ({ ...view, status: 'failed', failure: parts.newFailure('internal') }))
  })
  if (launch.isDemonstration)
    backend.then(
      ({ handlers: own }) => endAfterDemonstration(own, publisher, clock),
      () => app.exit(1),
    )
  files.serve((path) => backend.then((running) => askToOpen(path, running, publisher.state.settings.language)))
  const ending = new parts.Ending({ backend, clock, destroyWindow: () => window.destroy(), quit: () => app.quit() })
  followEnd(guard, ending, window)
}

/** For whoever installs the application: a small job on the simulator, then the end, with exit code 0 when all of it worked. */
async function endAfterDemonstration(
  handlers: Backend['handlers'],
  publisher: StatePublisher,
  clock: Clock,
): Promise<void> {
  const { demonstrate } = await import('./demonstration.ts')
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  process.exitCode = (await demonstrate({ handlers, state: () => publisher.state, clock, say })) ? 0 : 1
  app.on('quit', () => rmSync(app.getPath('userData'), { recursive: true, force: true }))
  app.quit()
}

/** All ways in which the application can end, except the close button of the window. */
function followEnd(guard: ClosingGuard, ending: Ending, window: MainWindow): void {
  app.on('before-quit', (event) => {
    if (!guard.mayQuit()) {
      event.preventDefault()
      return
    }
    window.release()
    if (guard.endsWithSystem) ending.stopAtOnce()
    else ending.holdUntilStopped(event)
  })
  powerMonitor.on('shutdown', () => guard.systemEnds())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => guard.quitWithoutQuestion())
}

async function askToOpen(path: string, { simulator }: Backend, language: Settings['language']): Promise<void> {
  if (simulator) await openVehicleFile(path, simulator, language, (question) => dialog.showMessageBox(question))
}

type Loaded = Pick<BackendOptions, 'publisher' | 'logger' | 'secrets' | 'storage' | 'journal' | 'clock'> & {
  readonly presetFeed: string | undefined
}

/** Imports grpc-js and everything that needs it, and starts it. */
async function loadBackend(loaded: Loaded): Promise<Backend> {
  const applyTheme = (theme: Settings['theme']) => {
    nativeTheme.themeSource = theme
  }
  applyTheme(loaded.publisher.state.settings.theme)
  const [{ createBackend }, { plaintextConsent }, { unprotectedConsent }, storage, { createUpdates }] =
    await Promise.all([
      import('./backend.ts'),
      import('./plaintext-question.ts'),
      import('./unprotected-question.ts'),
      import('./storage/credentials.ts'),
      import('./updates/create-updates.ts'),
    ])
  const updates = await createUpdates({
    ...loaded,
    platform: process.platform,
    isPackaged: app.isPackaged,
    version: app.getVersion(),
    file: folder('updates.json'),
    presetFeed: loaded.presetFeed,
    environment: process.env,
    isJobOpen: () => loaded.publisher.state.jobs.some(({ phase }) => phase !== 'ended'),
    publish: (view) => loaded.publisher.set('update', view),
    quit: () => app.quit(),
  })
  loaded.publisher.watch('jobs', () => updates.jobsChanged())
  app.on('quit', () => updates.ended())
  const language = () => loaded.publisher.state.settings.language
  return createBackend({
    ...loaded,
    launch,
    updates,
    encryption: storage.systemEncryption,
    keyring: storage.systemKeyring,
    resolveProxy: (url) => rendererSession().resolveProxy(url),
    openFiles: chooseFiles,
    spawn: spawnUtilityChild,
    engineFile: folder('engine/cli.js'),
    functionHostFile: folder('functions/host.js'),
    gatewayFile: folder('gateway/process.js'),
    childEnvironment: childEnvironment(process.env),
    announceEngine: app.isPackaged ? undefined : announceEngine,
    writeClipboard: (text) => clipboard.writeText(text),
    applyTheme,
    saveFile: async (name, text) => {
      const { canceled, filePath } = await dialog.showSaveDialog({ defaultPath: name })
      if (canceled || filePath === undefined || filePath === '') return false
      await writeFile(filePath, text, { mode: 0o600 })
      return true
    },
    confirmPlaintext: plaintextConsent(language, (question) => dialog.showMessageBox(question)),
    confirmUnprotected: unprotectedConsent(language, (question) => dialog.showMessageBox(question)),
  })
}

/** Longest file with certificates or servers, in bytes. */
const longestImport = 2_000_000

/** The texts of files that the person chooses, joined. */
async function chooseFiles(kind: 'certificates' | 'servers'): Promise<string | undefined> {
  const extensions = kind === 'certificates' ? ['pem', 'crt', 'cer', 'key'] : ['json']
  const { canceled, filePaths } = await dialog.showOpenDialog({
    properties: kind === 'certificates' ? ['openFile', 'multiSelections'] : ['openFile'],
    filters: [
      { name: extensions.map((extension) => `*.${extension}`).join(' '), extensions },
      { name: '*.*', extensions: ['*'] },
    ],
  })
  if (canceled || filePaths.length === 0) return undefined
  const texts = await Promise.all(filePaths.slice(0, 10).map(textOf))
  return texts.join('\n')
}

/** The beginning of a file that is too long is no file of ours, so it is read as an empty one. */
async function textOf(path: string): Promise<string> {
  return (await stat(path)).size > longestImport ? '' : readFile(path, 'utf8')
}

function firstState(parts: Parts, { settings, opened }: Storage): AppState {
  const host = process.versions.electron === undefined ? 'stand-in' : 'electron'
  const state = parts.initialState({ version: app.getVersion(), platform: process.platform, host })
  const isLanguageChosen = settings.isSet('language')
  const language = isLanguageChosen ? {} : { language: firstLanguage(app.getPreferredSystemLanguages()) }
  return {
    ...state,
    storage: opened,
    settings: { ...settings.read(), ...language },
    isFirstStart: !isLanguageChosen && (opened.condition === 'new' || opened.condition === 'good'),
  }
}

/** For tests: a clock that they can advance, as `globalThis.workbenchClock` of this process. */
function exposeClock(): Clock {
  const clock = new AdvanceableClock(systemClock)
  Object.defineProperty(globalThis, 'workbenchClock', { value: clock })
  return clock
}

/** For developers and tests: the port of the own engine, as a line and as `globalThis.workbenchEnginePort`. */
function announceEngine(port: number): void {
  Object.assign(globalThis, { workbenchEnginePort: port })
  process.stderr.write(`${JSON.stringify({ event: 'engineReady', port })}\n`)
}

function serveBundle(parts: Parts, logger: Logger): void {
  const refusals = new parts.RefusalCounter<PolicyRefusal>(logger)
  const manifest = parts.bundleManifestSchema.parse(JSON.parse(readFileSync(folder('renderer-manifest.json'), 'utf8')))
  const session = rendererSession()
  parts.restrictSession(session, refusals)
  session.protocol.handle('app', parts.createBundleHandler({ manifest, folder: folder('renderer') }))
  app.on('web-contents-created', (_event, contents) => parts.restrictContents(contents, refusals))
}
