import { mkdirSync, readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CoveredEmitter, preventableEvent } from '../covered-emitter.ts'
import { releaseLock, takeLock } from '../single-instance.ts'
import { StandInError, supportedOnly } from '../stand-in-error.ts'

interface PackageFile {
  readonly name: string
  readonly productName?: string
  readonly version: string
  readonly main: string
}

/** Switches of the command line, as `--name` or `--name=value`. */
class CommandLine {
  private readonly switches = new Map<string, string>()

  read(args: readonly string[]): void {
    for (const arg of args) {
      const match = /^--([^=]+)(?:=(.*))?$/s.exec(arg)
      if (match) this.switches.set(match[1] ?? '', match[2] ?? '')
    }
  }
  appendSwitch(name: string, value = ''): void {
    this.switches.set(name, value)
  }
  hasSwitch(name: string): boolean {
    return this.switches.has(name)
  }
  getSwitchValue(name: string): string {
    return this.switches.get(name) ?? ''
  }
}

class App extends CoveredEmitter {
  protected override readonly label = 'app'
  protected override readonly covered = [
    'activate',
    'before-quit',
    'browser-window-created',
    'quit',
    'ready',
    'render-process-gone',
    'second-instance',
    'web-contents-created',
    'will-finish-launching',
    'will-quit',
    'window-all-closed',
  ]
  readonly isPackaged = false
  readonly commandLine = supportedOnly('app.commandLine', new CommandLine())
  readonly dock = undefined
  private readonly paths = new Map<string, string>()
  private readonly whenStarted = Promise.withResolvers<void>()
  private package: PackageFile | undefined
  private folder = ''
  private ownName: string | undefined
  private started = false
  private quitting = false
  private lockedFolder: string | undefined
  /** Set by boot: closes the windows (false when one of them refuses). */
  closeWindows: () => boolean = () => true

  /** Called by boot before the application's main is loaded. */
  opened(folder: string, args: readonly string[]): string {
    this.folder = resolve(folder)
    this.package = JSON.parse(readFileSync(join(this.folder, 'package.json'), 'utf8')) as PackageFile
    this.commandLine.read(args)
    if (this.commandLine.hasSwitch('user-data-dir')) {
      this.paths.set('userData', resolve(this.commandLine.getSwitchValue('user-data-dir')))
    }
    return resolve(this.folder, this.package.main)
  }
  /** Called by boot when Chromium is ready. */
  becameReady(): void {
    this.started = true
    this.emit('will-finish-launching')
    this.emit('ready', {}, {})
    this.whenStarted.resolve()
  }

  whenReady(): Promise<void> {
    return this.whenStarted.promise
  }
  isReady(): boolean {
    return this.started
  }
  get name(): string {
    return this.getName()
  }
  set name(name: string) {
    this.ownName = name
  }
  getName(): string {
    return this.ownName ?? this.package?.productName ?? this.package?.name ?? 'Electron'
  }
  setName(name: string): void {
    this.ownName = name
  }
  getVersion(): string {
    return this.package?.version ?? '0.0.0'
  }
  getAppPath(): string {
    return this.folder
  }
  getLocale(): string {
    return (
      (process.env.LC_ALL ?? process.env.LANG ?? 'en').split('.')[0]?.replace('_', '-').replace(/^C$/, 'en') || 'en'
    )
  }
  getPreferredSystemLanguages(): string[] {
    return [this.getLocale()]
  }
  getSystemLocale(): string {
    return this.getLocale()
  }

  getPath(name: string): string {
    const appData = process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config')
    const userData = this.paths.get('userData') ?? join(appData, this.getName())
    const known: Record<string, string> = {
      home: homedir(),
      appData,
      userData,
      sessionData: userData,
      temp: tmpdir(),
      logs: join(userData, 'logs'),
      crashDumps: join(userData, 'Crashpad'),
      exe: process.argv[0] ?? process.execPath,
      downloads: join(homedir(), 'Downloads'),
      documents: join(homedir(), 'Documents'),
    }
    const path = this.paths.get(name) ?? known[name]
    if (path === undefined) throw new StandInError(`app.getPath('${name}') is not covered by the stand-in.`)
    return path
  }
  setPath(name: string, path: string): void {
    this.paths.set(name, path)
  }
  setAppLogsPath(path?: string): void {
    this.paths.set('logs', path ?? join(this.getPath('userData'), 'logs'))
  }

  /** Does nothing: Chromium always sandboxes pages, or (as root) never; see docs/unproven.md. */
  enableSandbox(): void {
    if (this.started) throw new Error('app.enableSandbox() can only be called before app is ready')
  }
  disableHardwareAcceleration(): void {}
  setAppUserModelId(_id: string): void {}
  setAboutPanelOptions(_options: object): void {}

  requestSingleInstanceLock(additionalData: object = {}): boolean {
    const folder = this.getPath('userData')
    mkdirSync(folder, { recursive: true })
    const request = { args: process.argv, workingDirectory: process.cwd(), additionalData }
    const taken = takeLock(folder, request, (second) =>
      this.emit('second-instance', {}, second.args, second.workingDirectory, second.additionalData),
    )
    if (taken) this.lockedFolder = folder
    return taken
  }
  hasSingleInstanceLock(): boolean {
    return this.lockedFolder !== undefined
  }
  releaseSingleInstanceLock(): void {
    if (this.lockedFolder !== undefined) releaseLock(this.lockedFolder)
    this.lockedFolder = undefined
  }
  focus(_options?: object): void {}

  /** Called by a window that has closed. */
  windowClosed(left: number): void {
    if (left > 0 || this.quitting) return
    if (this.listenerCount('window-all-closed') === 0) this.quit()
    else this.emit('window-all-closed')
  }

  quit(): void {
    if (this.quitting) return
    const before = preventableEvent({})
    this.emit('before-quit', before)
    if (before.defaultPrevented) return
    this.quitting = true
    if (!this.closeWindows()) {
      this.quitting = false
      return
    }
    const will = preventableEvent({})
    this.emit('will-quit', will)
    if (will.defaultPrevented) {
      this.quitting = false
      return
    }
    this.exit(0)
  }
  /** Ends at once without asking windows. */
  exit(code = 0): void {
    this.emit('quit', {}, code)
    this.releaseSingleInstanceLock()
    process.exit(code)
  }
  relaunch(): void {
    throw new StandInError('app.relaunch is not covered by the stand-in.')
  }
}

export const app = supportedOnly('app', new App())
