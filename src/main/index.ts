import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { app, clipboard, ipcMain, Menu, nativeTheme, protocol } from 'electron'
import { systemClock } from '../openobd/clock.ts'
import { createBundleHandler } from './bundle/handler.ts'
import { bundleManifestSchema } from './bundle/manifest.ts'
import { newPolicyCounts, policeContents, policeSession } from './content-policy.ts'
import { readLaunchOptions, scrubEnvironment } from './environment.ts'
import { initialState } from './initial-state.ts'
import { lazyHandlers } from './ipc/lazy-handlers.ts'
import { registerCalls } from './ipc/registrar.ts'
import { createLogger, describeBug, openLogFile } from './logging.ts'
import { menuTemplate } from './menu.ts'
import { SecretRegistry } from './services/secret-registry.ts'
import { StatePublisher } from './services/state-publisher.ts'
import { MainWindow, rendererSession } from './window.ts'

// Before anything that could load grpc-js: the back end is imported only after the window exists.
scrubEnvironment(process.env)
const launch = readLaunchOptions(process.env, app.isPackaged)
if (launch.profileFolder) app.setPath('userData', launch.profileFolder)
app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: false } },
])

const folder = (path: string) => join(import.meta.dirname, '..', path)

if (app.requestSingleInstanceLock()) run()
else app.quit()

function run(): void {
  const secrets = new SecretRegistry()
  const logger = createLogger(openLogFile(join(app.getPath('userData'), 'logs')), (text) => secrets.scrub(text))
  process.on('uncaughtException', (error) => logger.error('uncaught exception', describeBug(error)))
  process.on('unhandledRejection', (error) => logger.error('unhandled rejection', describeBug(error)))
  app.whenReady().then(
    () => start(secrets, logger),
    (error: unknown) => logger.error('the application could not become ready', describeBug(error)),
  )
}

function start(secrets: SecretRegistry, logger: ReturnType<typeof createLogger>): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform)))
  serveBundle()
  const window = new MainWindow({ preload: folder('preload/index.cjs'), logger })
  const publisher = new StatePublisher(describeApplication(), systemClock, (name, payload) =>
    window.send(name, payload),
  )
  const { handlers, provide } = lazyHandlers(publisher)
  registerCalls({
    registry: ipcMain,
    handlers,
    isOurWindow: (id) => window.owns(id),
    logger,
    monotonicMs: systemClock.monotonicMs,
  })
  app.on('second-instance', () => window.show())
  app.on('activate', () => window.show())
  app.on('window-all-closed', () => app.quit())
  window.show()
  const backend = import('./backend.ts').then(({ createBackend }) =>
    createBackend({
      publisher,
      logger,
      secrets,
      launch,
      clock: systemClock,
      userData: app.getPath('userData'),
      engineFile: folder('engine/cli.js'),
      functionHostFile: folder('functions/host.js'),
      writeClipboard: (text) => clipboard.writeText(text),
      applyTheme: (theme) => {
        nativeTheme.themeSource = theme
      },
    }),
  )
  backend.then(provide, (error: unknown) => logger.error('the back end did not start', describeBug(error)))
  stopBeforeQuit(() => backend.then((running) => running.stop()))
}

function describeApplication() {
  const host = process.versions.electron === undefined ? 'stand-in' : 'electron'
  return initialState({ version: app.getVersion(), platform: process.platform, host })
}

function serveBundle(): void {
  const counts = newPolicyCounts()
  const manifest = bundleManifestSchema.parse(JSON.parse(readFileSync(folder('renderer-manifest.json'), 'utf8')))
  const session = rendererSession()
  policeSession(session, counts)
  session.protocol.handle('app', createBundleHandler({ manifest, folder: folder('renderer') }))
  app.on('web-contents-created', (_event, contents) => policeContents(contents, counts))
}

const longestStopMs = 4000

/** Lets child processes end before the application does, but never waits for them longer than four seconds. */
function stopBeforeQuit(stop: () => Promise<void>): void {
  let stopped: 'no' | 'stopping' | 'yes' = 'no'
  app.on('before-quit', (event) => {
    if (stopped === 'yes') return
    event.preventDefault()
    if (stopped === 'stopping') return
    stopped = 'stopping'
    const limit = new Promise<void>((resolve) => setTimeout(resolve, longestStopMs))
    const done = () => {
      stopped = 'yes'
      app.quit()
    }
    Promise.race([stop(), limit]).then(done, done)
  })
}
