import { fromChromium, toChromium } from '../addresses.ts'
import { codec } from '../codec.ts'
import { CoveredEmitter } from '../covered-emitter.ts'
import { FrameTree } from '../frame-tree.ts'
import { navigate } from '../navigation.ts'
import { applyPermissions } from '../permissions.ts'
import { preparePage } from '../prepare-page.ts'
import { answerRequest, type PausedRequest } from '../requests.ts'
import { runningChromium } from '../runtime.ts'
import { supportedOnly } from '../stand-in-error.ts'
import { claimTarget, closeTarget } from '../targets.ts'
import { bindingName, worldName } from '../worlds.ts'
import { ipcMain, type PreloadMessage } from './ipc-main.ts'
import type { Session } from './session.ts'

type WindowOpenHandler = (details: { url: string; disposition: string }) => { action: 'allow' | 'deny' }

/** Options of a page that come from its window. */
export interface WebContentsOptions {
  readonly session: Session
  readonly preload: string | undefined
  readonly width: number
  readonly height: number
}

const all = new Map<number, WebContents>()
let lastId = 0

/** One page in Chromium, with those events and methods of Electron's that the application uses. */
export class WebContents extends CoveredEmitter {
  protected override readonly label = 'webContents'
  protected override readonly covered = [
    'console-message',
    'destroyed',
    'did-fail-load',
    'did-finish-load',
    'did-frame-navigate',
    'did-navigate',
    'did-navigate-in-page',
    'did-start-loading',
    'did-stop-loading',
    'dom-ready',
    'preload-error',
    'render-process-gone',
    'responsive',
    'unresponsive',
    'will-attach-webview',
    'will-frame-navigate',
    'will-navigate',
    'will-redirect',
  ]
  readonly id = ++lastId
  readonly session: Session
  readonly frames = new FrameTree()
  private readonly options: WebContentsOptions
  private attached: Promise<void>
  private targetId = ''
  private sessionId = ''
  private ownNavigation: string | undefined
  private openHandler: WindowOpenHandler = () => ({ action: 'deny' })
  private destroyed = false
  private crashed = false
  private loading = false
  private window: { close(): void; destroy(): void } | undefined
  private self: WebContents = this

  constructor(options: WebContentsOptions) {
    super()
    this.options = options
    this.session = options.session
    this.attached = this.attach()
    this.attached.catch((error: Error) => process.stderr.write(`No page for a window: ${error.message}\n`))
  }

  /** Creates a page; the returned object throws for everything that is not covered. */
  static make(options: WebContentsOptions): WebContents {
    const contents = new WebContents(options)
    contents.self = supportedOnly('webContents', contents)
    all.set(contents.id, contents.self)
    return contents.self
  }

  /** Commands of the DevTools protocol for this page. */
  readonly devTools = <T = unknown>(method: string, params: object = {}): Promise<T> =>
    runningChromium().cdp.send<T>(method, params, this.sessionId)

  private async attach(): Promise<void> {
    const { cdp } = runningChromium()
    this.targetId = await claimTarget(this.options, (targetId) => this.lost(targetId))
    const attachment = { targetId: this.targetId, flatten: true }
    this.sessionId = (await cdp.send<{ sessionId: string }>('Target.attachToTarget', attachment)).sessionId
    cdp.listen(this.sessionId, (method, params) => this.hear(method, params))
    await preparePage(this.devTools, this.options.preload)
  }

  private hear(method: string, params: unknown): void {
    const listener = this.hearers[method]
    listener?.(params as never)
  }

  private readonly hearers: Record<string, (params: never) => void> = {
    'Fetch.requestPaused': (paused: PausedRequest) => {
      // The requests of a closed page end with it.
      answerRequest(this.self, paused, this.devTools).catch(() => {})
    },
    'Runtime.bindingCalled': (call: { name: string; payload: string; executionContextId: number }) => {
      if (call.name === bindingName) this.receive(JSON.parse(call.payload), call.executionContextId)
    },
    'Runtime.executionContextCreated': ({ context }: { context: Parameters<FrameTree['contextCreated']>[0] }) =>
      this.frames.contextCreated(context),
    'Runtime.executionContextDestroyed': ({ executionContextId }: { executionContextId: number }) =>
      this.frames.contextDestroyed(executionContextId),
    'Runtime.executionContextsCleared': () => this.frames.contextsCleared(),
    'Runtime.consoleAPICalled': (call: { type: string; args: { value?: unknown; description?: string }[] }) =>
      this.emitConsole(call.type, call.args.map((arg) => String(arg.value ?? arg.description)).join(' ')),
    'Runtime.exceptionThrown': (thrown: { exceptionDetails: { exception?: { description?: string }; text: string } }) =>
      this.emitConsole('error', thrown.exceptionDetails.exception?.description ?? thrown.exceptionDetails.text),
    'Log.entryAdded': ({ entry }: { entry: { level: string; text: string } }) =>
      this.emitConsole(entry.level, entry.text),
    'Page.frameAttached': (frame: { frameId: string; parentFrameId: string }) =>
      void this.frames.attached(frame.frameId, frame.parentFrameId),
    'Page.frameDetached': (frame: { frameId: string }) => this.frames.detached(frame.frameId),
    'Page.frameNavigated': ({ frame }: { frame: Parameters<FrameTree['navigated']>[0] }) => {
      const { parent, url } = this.frames.navigated(frame)
      if (!parent) this.emit('did-navigate', {}, url, 200, 'OK')
    },
    'Page.navigatedWithinDocument': (change: { frameId: string; url: string }) => {
      const frame = this.frames.get(change.frameId)
      frame?.navigatedTo(change.url)
      this.emit('did-navigate-in-page', {}, fromChromium(change.url), frame?.parent === null)
    },
    'Page.frameStartedLoading': () => {
      this.loading = true
      this.emit('did-start-loading')
    },
    'Page.domContentEventFired': () => this.emit('dom-ready', {}),
    'Page.loadEventFired': () => {
      this.loading = false
      this.emit('did-stop-loading')
      this.emit('did-finish-load')
    },
    'Inspector.targetCrashed': () => {
      this.crashed = true
      this.frames.contextsCleared()
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 133 })
    },
  }

  private emitConsole(type: string, message: string): void {
    const level = { warning: 'warning', error: 'error', debug: 'debug' }[type] ?? 'info'
    this.emit('console-message', { level, message, lineNumber: 0, sourceId: '' })
  }

  private receive(message: PreloadMessage, contextId: number): void {
    const senderFrame = this.frames.frameOfContext(contextId)
    if (message.kind === 'window-open') {
      this.openRequested(message.address ?? '')
      return
    }
    const event = { sender: this.self, senderFrame, frameId: senderFrame?.frameId ?? '', type: 'frame' as const }
    if (message.kind === 'send') {
      ipcMain.emit(message.channel ?? '', event, ...(codec.decode(message.args) as unknown[]))
      return
    }
    void ipcMain.serve(message, event).then((reply) => this.toPreload(reply))
  }

  /** Sends a message to the preload's world of the main frame; lost when there is none, as in Electron. */
  private async toPreload(message: object): Promise<void> {
    await this.attached
    const context = this.frames.mainContextOf(worldName)
    if (!context || this.destroyed) return
    const expression = `${bindingName}Back(${JSON.stringify(JSON.stringify(message))})`
    await this.devTools('Runtime.evaluate', { expression, uniqueContextId: context.uniqueId }).catch(() => {})
  }

  /** Asks the application about a window that a page opens; allowing it is not covered. */
  openRequested(chromiumAddress: string): void {
    const { action } = this.openHandler({ url: fromChromium(chromiumAddress), disposition: 'new-window' })
    if (action !== 'deny') process.stderr.write('StandInError: opening windows from a page is not covered.\n')
  }

  /** Whether main (or a reload of what is shown) started this navigation. */
  isOwnNavigation(url: string): boolean {
    return url === this.ownNavigation || url === this.getURL()
  }

  async loadURL(url: string): Promise<void> {
    if (this.crashed) await this.replaceTarget()
    await this.attached
    await applyPermissions(this.self, url)
    this.ownNavigation = new URL(url).href
    const loaded = new Promise<void>((resolve) => super.once('did-finish-load', () => resolve()))
    const there = () => this.destroyed || this.getURL() === this.ownNavigation
    const errorText = await navigate(this.devTools, toChromium(url), there)
    if (errorText) {
      this.emit('did-fail-load', {}, -2, errorText, url, true)
      throw new Error(`${errorText} loading '${url}'`)
    }
    await loaded
  }

  reload(): void {
    const again = this.crashed ? this.loadURL(this.getURL()) : this.attached.then(() => this.devTools('Page.reload'))
    again.catch(() => {})
  }
  reloadIgnoringCache(): void {
    this.reload()
  }

  // A target whose renderer crashed cannot be attached again reliably, so a new one replaces it.
  private async replaceTarget(): Promise<void> {
    const dead = this.targetId
    runningChromium().cdp.unlisten(this.sessionId)
    this.crashed = false
    this.attached = this.attach()
    await this.attached
    closeTarget(dead)
  }

  send(channel: string, ...args: unknown[]): void {
    void this.toPreload({ kind: 'event', channel, args: codec.encode(args) })
  }
  getURL(): string {
    return this.frames.main?.url ?? ''
  }
  get mainFrame() {
    return this.frames.main
  }
  isDestroyed(): boolean {
    return this.destroyed
  }
  isCrashed(): boolean {
    return this.crashed
  }
  isLoading(): boolean {
    return this.loading
  }
  isDevToolsOpened(): boolean {
    return false
  }
  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.openHandler = handler
  }
  forcefullyCrashRenderer(): void {
    this.devTools('Page.crash').catch(() => {})
  }
  async capturePage(): Promise<{ toPNG(): Buffer }> {
    const { data } = await this.devTools<{ data: string }>('Page.captureScreenshot', { format: 'png' })
    return { toPNG: () => Buffer.from(data, 'base64') }
  }
  focus(): void {
    this.attached.then(() => this.devTools('Page.bringToFront')).catch(() => {})
  }
  setZoomFactor(factor: number): void {
    this.attached.then(() => this.devTools('Emulation.setPageScaleFactor', { pageScaleFactor: factor })).catch(() => {})
  }
  /** Asks the window to close, as Playwright does for a page. */
  close(_options?: { waitForBeforeUnload?: boolean }): void {
    this.window?.close()
  }
  /** Called by the window that shows this page. */
  followedBy(window: { close(): void; destroy(): void }): void {
    this.window = window
  }

  /** Ends the page; called by its window. */
  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    all.delete(this.id)
    void this.attached.then(() => closeTarget(this.targetId)).catch(() => {})
    this.emit('destroyed')
  }

  /** The identifier used by Playwright. */
  get devToolsTargetId(): string {
    return this.targetId
  }

  private lost(targetId: string): void {
    if (targetId === this.targetId && !this.crashed) this.window?.destroy()
  }
}

export const webContents = supportedOnly('webContents', {
  fromId: (id: number) => all.get(id),
  fromDevToolsTargetId: (targetId: string) => [...all.values()].find((one) => one.devToolsTargetId === targetId),
  getAllWebContents: () => [...all.values()],
  getFocusedWebContents: () => [...all.values()].at(-1) ?? null,
})
