import { app, BrowserWindow, type BrowserWindowConstructorOptions, type Session, session } from 'electron'
import type { Logger } from './logging.ts'

/** The one page of the application. */
const startUrl = 'app://bundle/index.html'

/** Preferences of every window; only the path of the preload and the session are added. Packages have no developer tools. */
export const webPreferences = Object.freeze({
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
  devTools: !app.isPackaged,
})

/** The session of the renderer: in memory only, without a cache. Use it only after `ready`. */
export const rendererSession = (): Session => session.fromPartition('workbench', { cache: false })

const longestRebuildDelayMs = 1500

/** Pixels of a first start; the smallest workshop screen shows it whole. */
const usualSize = Object.freeze({ width: 1280, height: 720 })

const namedWindow = Object.freeze({ name: 'main', windowStatePersistence: true })

/** Dependencies of the window. */
export interface MainWindowOptions {
  readonly preload: string
  readonly logger: Logger
  /** Called when a person closes the window; false keeps it open. */
  readonly mayClose: () => boolean
  /** Called when Windows shuts down, restarts or logs the person off. */
  readonly onSystemEnd: () => void
}

/**
 * Keeps exactly one window open until a person closes it. A page that crashed, ran out of memory or hangs is replaced by a new
 * window that reads the whole state. Repeated rebuilds are delayed, up to 1.5 s.
 */
export class MainWindow {
  #current: BrowserWindow | undefined
  #crashes = 0
  #isReleased = false
  readonly #preload: string
  readonly #logger: Logger
  readonly #mayClose: () => boolean
  readonly #onSystemEnd: () => void

  constructor(options: MainWindowOptions) {
    this.#preload = options.preload
    this.#logger = options.logger
    this.#mayClose = options.mayClose
    this.#onSystemEnd = options.onSystemEnd
  }

  /** Opens the window, or brings the open one to the front. */
  show(): void {
    const window = this.#current
    if (!window || window.isDestroyed()) {
      this.#current = this.#build()
      return
    }
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }

  /** The application ends: from now on a page that ends is not replaced. */
  release(): void {
    this.#isReleased = true
  }

  /** Destroys the window without asking its page. */
  destroy(): void {
    const window = this.#current
    if (window && !window.isDestroyed()) window.destroy()
  }

  /** Whether a webContents id belongs to the open window. */
  owns(webContentsId: number): boolean {
    const window = this.#current
    return window !== undefined && !window.isDestroyed() && window.webContents.id === webContentsId
  }

  /** Sends an event to the page; does nothing while there is none, because a new page reads the whole state. */
  send(channel: string, payload: unknown): void {
    const window = this.#current
    if (window && !window.isDestroyed() && !window.webContents.isDestroyed()) window.webContents.send(channel, payload)
  }

  /**
   * Electron keeps the place and size of the named window from one start to the next. A name can be used again only when its
   * window is gone, so a window that replaces another one takes over its bounds instead.
   */
  #build(placement: BrowserWindowConstructorOptions = namedWindow): BrowserWindow {
    const window = new BrowserWindow({
      ...usualSize,
      ...placement,
      minWidth: 800,
      minHeight: 600,
      show: false,
      autoHideMenuBar: true,
      backgroundColor: '#f4f5f7',
      title: 'Workbench for openOBD',
      webPreferences: { ...webPreferences, session: rendererSession(), preload: this.#preload },
    })
    window.once('ready-to-show', () => window.show())
    window.webContents.on('render-process-gone', (_event, details) => {
      if (details.reason !== 'clean-exit') this.#rebuild(window, details.reason)
    })
    window.on('unresponsive', () => this.#rebuild(window, 'unresponsive'))
    window.on('close', (event) => {
      if (!this.#mayClose()) event.preventDefault()
    })
    window.on('session-end', () => this.#onSystemEnd())
    window.on('closed', () => {
      if (this.#current === window) this.#current = undefined
    })
    window.loadURL(startUrl).catch(() => this.#logger.error('the page could not be loaded'))
    return window
  }

  #rebuild(broken: BrowserWindow, reason: string): void {
    if (this.#current !== broken || this.#isReleased) return
    this.#crashes += 1
    this.#logger.error('the page ended and its window is rebuilt', { reason, count: this.#crashes })
    const delayMs = Math.min((this.#crashes - 1) * 250, longestRebuildDelayMs)
    setTimeout(() => {
      if (this.#current !== broken || this.#isReleased) return
      // The new window opens first: without any window the application would end.
      this.#current = this.#build(broken.isDestroyed() ? {} : broken.getBounds())
      if (!broken.isDestroyed()) broken.destroy()
    }, delayMs)
  }
}
