import { CoveredEmitter, preventableEvent } from '../covered-emitter.ts'
import { StandInError, supportedOnly } from '../stand-in-error.ts'
import { resizeTarget } from '../targets.ts'
import { app } from './app.ts'
import { KeptSize } from './kept-size.ts'
import { nativeTheme, themedMedia } from './native-theme.ts'
import { type Session, session } from './session.ts'
import { WebContents } from './web-contents.ts'

interface WebPreferences {
  readonly preload?: string
  readonly partition?: string
  readonly session?: Session
  readonly contextIsolation?: boolean
  readonly sandbox?: boolean
  readonly nodeIntegration?: boolean
}

/** Constructor options that are used here; the others concern appearance and are ignored. */
export interface BrowserWindowOptions {
  readonly width?: number
  readonly height?: number
  readonly title?: string
  readonly show?: boolean
  readonly name?: string
  readonly windowStatePersistence?: boolean
  readonly webPreferences?: WebPreferences
}

const open: StandInWindow[] = []
let lastId = 0

/** A window: one page in Chromium, and its bounds for the application. */
class StandInWindow extends CoveredEmitter {
  protected override readonly label = 'BrowserWindow'
  protected override readonly covered = [
    'blur',
    'close',
    'closed',
    'focus',
    'hide',
    'minimize',
    'page-title-updated',
    'query-session-end',
    'ready-to-show',
    'responsive',
    'restore',
    'session-end',
    'show',
    'unresponsive',
  ]
  readonly id = ++lastId
  private readonly name: string
  readonly webContents: WebContents
  private title: string
  private visible: boolean
  private minimized = false
  private focused = false
  private gone = false
  private size: [number, number]
  private readonly kept: KeptSize | undefined

  constructor(options: BrowserWindowOptions = {}) {
    super()
    const { show = true, webPreferences = {}, name = '', windowStatePersistence = false } = options
    this.name = name
    if (name !== '' && open.some((window) => window.name === name))
      throw new Error(`A window with the name ${name} is open.`)
    this.kept = windowStatePersistence && name !== '' ? new KeptSize(app.getPath('userData'), name) : undefined
    const { width = 800, height = 600 } = this.kept?.read() ?? options
    if (
      webPreferences.contextIsolation === false ||
      webPreferences.sandbox === false ||
      webPreferences.nodeIntegration
    ) {
      throw new StandInError('The stand-in has only isolated, sandboxed pages without Node.')
    }
    this.title = options.title ?? app.getName()
    this.visible = show
    this.focused = show
    this.size = [width, height]
    this.webContents = WebContents.make({
      session: webPreferences.session ?? session.fromPartition(webPreferences.partition ?? ''),
      preload: webPreferences.preload,
      width,
      height,
    })
    this.webContents.followedBy(this)
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'))
  }

  static getAllWindows(): StandInWindow[] {
    return [...open]
  }
  static fromWebContents(contents: WebContents): StandInWindow | null {
    return open.find((window) => window.webContents === contents) ?? null
  }
  static fromId(id: number): StandInWindow | null {
    return open.find((window) => window.id === id) ?? null
  }
  static getFocusedWindow(): StandInWindow | null {
    return open.find((window) => window.isFocused()) ?? null
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url)
  }
  reload(): void {
    this.webContents.reload()
  }
  show(): void {
    this.visible = true
    this.emit('show')
    this.focus()
  }
  showInactive(): void {
    this.visible = true
    this.emit('show')
  }
  hide(): void {
    this.visible = false
    this.focused = false
    this.emit('hide')
  }
  focus(): void {
    for (const other of open) other.blur()
    this.focused = true
    this.webContents.focus()
    this.emit('focus')
  }
  blur(): void {
    if (!this.focused) return
    this.focused = false
    this.emit('blur')
  }
  minimize(): void {
    this.minimized = true
    this.focused = false
    this.emit('minimize')
  }
  restore(): void {
    this.minimized = false
    this.emit('restore')
  }
  isVisible(): boolean {
    return this.visible && !this.minimized
  }
  isFocused(): boolean {
    return this.focused
  }
  isMinimized(): boolean {
    return this.minimized
  }
  isMaximized(): boolean {
    return false
  }
  isFullScreen(): boolean {
    return false
  }
  isDestroyed(): boolean {
    return this.gone
  }
  getTitle(): string {
    return this.title
  }
  setTitle(title: string): void {
    this.title = title
  }
  getSize(): [number, number] {
    return [...this.size]
  }
  getContentSize(): [number, number] {
    return this.getSize()
  }
  getBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 0, y: 0, width: this.size[0], height: this.size[1] }
  }
  /** Changes the page's size, also without a display. */
  setSize(width: number, height: number): void {
    this.size = [width, height]
    this.kept?.write({ width, height })
    resizeTarget(this.webContents.devToolsTargetId, width, height).catch(() => {})
  }
  setContentSize(width: number, height: number): void {
    this.setSize(width, height)
  }
  setMenuBarVisibility(_visible: boolean): void {}
  setMenu(_menu: unknown): void {}
  removeMenu(): void {}
  setBackgroundColor(_colour: string): void {}

  /** Asks the listeners of `close` first. */
  close(): void {
    if (this.gone) throw new TypeError('Object has been destroyed')
    const event = preventableEvent({})
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy(): void {
    if (this.gone) return
    this.gone = true
    open.splice(
      open.findIndex((window) => window.id === this.id),
      1,
    )
    this.webContents.destroy()
    this.emit('closed')
    app.windowClosed(open.length)
  }
}

/** Electron's class; each window throws for what is not covered. */
export const BrowserWindow = new Proxy(StandInWindow, {
  construct(target, args) {
    const window = supportedOnly('BrowserWindow', new target(...(args as [BrowserWindowOptions?])))
    open.push(window)
    window.webContents.on('render-process-gone', (event: object, details: object) =>
      app.emit('render-process-gone', event, window.webContents, details),
    )
    app.emit('web-contents-created', {}, window.webContents)
    app.emit('browser-window-created', {}, window)
    return window
  },
})

nativeTheme.on('updated', () => {
  for (const { webContents } of open)
    void webContents.devTools('Emulation.setEmulatedMedia', themedMedia()).catch(() => {})
})
