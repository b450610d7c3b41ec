import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, globSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, expect, type Page } from '@playwright/test'
import { openStorage } from '../src/main/storage/storage.ts'
import { EngineAccess } from './engine-access.ts'
import { launchTarget } from './host.ts'
import { WorkbenchWindow } from './pages/workbench-window.ts'

const root = join(import.meta.dirname, '..')

/** Options of a test's application. */
export interface LaunchOptions {
  /** Further arguments of the embedded engine, e.g. --lab --clock manual. */
  readonly engineArgs?: readonly string[]
  /** Further environment variables; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** A profile folder that is kept after the application. */
  readonly profile?: string
  /** The page of the first start is shown; otherwise English has been chosen before. */
  readonly isFirstStart?: boolean
  /** A folder with another build of the application. */
  readonly folder?: string
}

/** One running application of a test. */
export class LaunchedWorkbench {
  readonly app: ElectronApplication
  readonly page: Page
  readonly window: WorkbenchWindow
  /** Lines that main wrote to stderr and stdout. */
  readonly log: readonly string[]
  readonly profile: string
  /** Credentials of the embedded engine. */
  readonly credentials: { readonly clientId: string; readonly clientSecret: string }
  private access: EngineAccess | undefined
  private readonly ownsProfile: boolean

  constructor(parts: {
    app: ElectronApplication
    page: Page
    log: readonly string[]
    profile: string
    ownsProfile: boolean
    credentials: { clientId: string; clientSecret: string }
  }) {
    this.app = parts.app
    this.page = parts.page
    this.window = new WorkbenchWindow(parts.page)
    this.log = parts.log
    this.profile = parts.profile
    this.ownsProfile = parts.ownsProfile
    this.credentials = parts.credentials
  }

  /** The port of the embedded engine; waits until the engine is ready. */
  async enginePort(): Promise<number> {
    const port = () =>
      this.app.evaluate(() => (globalThis as unknown as { workbenchEnginePort?: number }).workbenchEnginePort ?? 0)
    await expect.poll(port, { message: 'the embedded engine is ready' }).toBeGreaterThan(0)
    return port()
  }

  /** The test's own client of the embedded engine. */
  async engine(): Promise<EngineAccess> {
    this.access ??= new EngineAccess({ port: await this.enginePort(), ...this.credentials })
    return this.access
  }

  /** Closes the window like its close button. */
  async closeWindow(): Promise<void> {
    await this.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  }

  /** Quits like Cmd-Q. The application may end before it has answered. */
  async quit(): Promise<void> {
    await this.app.evaluate(({ app }) => app.quit()).catch(() => {})
  }

  /** Resolves when the process has ended. */
  async ended(): Promise<void> {
    const child = this.app.process()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }

  /** Quits the application like a signal, without a question about an open session. */
  async endWithoutQuestion(): Promise<void> {
    await this.app.evaluate(() => void process.emit('SIGTERM')).catch(() => {})
    await this.app.close()
  }

  /** Ends the application. Returns its output and the files of its profile; the folder is removed unless it came from the test. */
  async close(): Promise<{ output: string; files: Map<string, string> }> {
    this.access?.close()
    await this.endWithoutQuestion()
    const files = filesBelow(this.profile)
    if (this.ownsProfile) rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    return { output: this.log.join('\n'), files }
  }
}

/**
 * Each file of a folder by path, as latin1, so that texts can be searched for in databases too. A file that goes away while it is
 * read (the browser still cleans up) leaves nothing to search.
 */
function filesBelow(folder: string): Map<string, string> {
  const read = (path: string): [string, string][] => {
    try {
      if (!lstatSync(join(folder, path)).isFile()) return []
      return [[path.replaceAll('\\', '/'), readFileSync(join(folder, path), 'latin1')]]
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  }
  return new Map(globSync('**/*', { cwd: folder }).flatMap(read))
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

function collectLines(app: ElectronApplication): string[] {
  const lines: string[] = []
  for (const stream of [app.process().stdout, app.process().stderr]) {
    let unread = ''
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (unread + chunk).split('\n')
      unread = parts.pop() ?? ''
      lines.push(...parts)
    })
  }
  return lines
}

/** What a person does at the first start. A folder that nobody may write to stays as it is. */
function chooseEnglish(profile: string): void {
  try {
    mkdirSync(profile, { recursive: true })
    const { settings, database } = openStorage(profile, Date.now())
    settings.write('language', 'en')
    database.close()
  } catch {
    // The application says what it thinks of such a folder.
  }
}

/** Starts the built application with a profile folder and engine credentials of its own, and waits for its window. */
export async function launchWorkbench(options: LaunchOptions = {}): Promise<LaunchedWorkbench> {
  const profile = options.profile ?? mkdtempSync(join(tmpdir(), 'workbench-e2e-'))
  if (!options.isFirstStart && !existsSync(join(profile, 'workbench.sqlite'))) chooseEnglish(profile)
  const credentials = { clientId: `e2e-${randomUUID()}`, clientSecret: `canary-${randomUUID()}` }
  const wanted: Record<string, string | undefined> = {
    ...process.env,
    LANG: 'en_US.UTF-8',
    WORKBENCH_HEADLESS: process.env.WORKBENCH_HEADLESS,
    WORKBENCH_PROFILE_DIR: profile,
    WORKBENCH_ENGINE_ARGS: JSON.stringify(options.engineArgs ?? []),
    WORKBENCH_ENGINE_CREDENTIALS: 'environment',
    OPENOBD_PARTNER_CLIENT_ID: credentials.clientId,
    OPENOBD_PARTNER_CLIENT_SECRET: credentials.clientSecret,
    ...options.env,
  }
  const env = Object.fromEntries(
    Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const app = await _electron.launch({
    ...launchTarget,
    args: [options.folder ?? root, `--user-data-dir=${profile}`, '--lang=en-US'],
    env,
    colorScheme: null,
  })
  const log = collectLines(app)
  try {
    const page = await app.firstWindow()
    await page.waitForURL((url) => url.protocol !== 'about:', { waitUntil: 'commit' })
    const ownsProfile = options.profile === undefined
    return new LaunchedWorkbench({ app, page, log, profile, ownsProfile, credentials })
  } catch (error) {
    await app.close()
    const file = filesBelow(profile).get('logs/main.log') ?? ''
    throw new Error(`The window did not come. Main said:\n${log.join('\n')}\n${file}`, { cause: error })
  }
}
