import { EventEmitter } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One call that the application made to Electron, in order. */
export interface RecordedCall {
  name: string
  args: readonly unknown[]
}

/** Web contents that record what was sent to them. */
export type FakeContents = EventEmitter & {
  id: number
  url: string
  sent: { channel: string; payload: unknown }[]
  isDestroyed(): boolean
  getURL(): string
  send(channel: string, payload: unknown): void
  setWindowOpenHandler(handler: () => { action: string }): void
  openHandler?: () => { action: string }
}

/** A window that records its options. */
export type FakeWindow = EventEmitter & {
  webContents: FakeContents
  options: Record<string, unknown>
  destroyed: boolean
  /** What the close button does. */
  close(): void
}

type Handler = (...args: never[]) => unknown

/**
 * A fake `electron` module for tests of the real entry: it records every call in order and lets a test emit events. It has only
 * what main uses; anything else is undefined and fails the test.
 */
export function createFakeElectron() {
  const calls: RecordedCall[] = []
  const record = (name: string, ...args: unknown[]) => void calls.push({ name, args })
  const handlers = new Map<string, (event: unknown, ...args: unknown[]) => Promise<unknown>>()
  const sessionHandlers: Record<string, Handler> = {}
  const sessionEvents = new EventEmitter()
  const schemes = new Map<string, (request: Request) => Promise<Response>>()
  const windows: FakeWindow[] = []
  const ready = Promise.withResolvers<void>()
  const userData = mkdtempSync(join(tmpdir(), 'workbench-main-'))
  let nextId = 1

  const preventable = () => {
    const event = { defaultPrevented: false, preventDefault: () => Object.assign(event, { defaultPrevented: true }) }
    return event
  }

  const app = Object.assign(new EventEmitter(), {
    isPackaged: false,
    hasLock: true,
    switches: new Set<string>(),
    commandLine: { hasSwitch: (name: string): boolean => app.switches.has(name) },
    enableSandbox: () => record('app.enableSandbox'),
    setPath: (name: string, path: string) => record('app.setPath', name, path),
    getPath: () => userData,
    getVersion: () => '0.0.0',
    languages: ['en-GB'],
    getPreferredSystemLanguages: (): readonly string[] => app.languages,
    requestSingleInstanceLock: () => {
      record('app.requestSingleInstanceLock')
      return app.hasLock
    },
    whenReady: () => ready.promise,
    exit: (code: number) => record('app.exit', code),
    quit: () => {
      record('app.quit')
      app.emit('before-quit', preventable())
    },
  })

  const newContents = (): FakeContents => {
    const contents = new EventEmitter() as FakeContents
    const id = nextId
    nextId += 1
    return Object.assign(contents, {
      id,
      url: 'app://bundle/index.html',
      sent: [],
      isDestroyed: () => false,
      getURL: () => contents.url,
      send: (channel: string, payload: unknown) => void contents.sent.push({ channel, payload }),
      setWindowOpenHandler: (handler: () => { action: string }) => Object.assign(contents, { openHandler: handler }),
    })
  }

  class BrowserWindow extends EventEmitter {
    webContents = newContents()
    destroyed = false
    options: Record<string, unknown>
    constructor(options: Record<string, unknown>) {
      super()
      this.options = options
      record('BrowserWindow', options)
      windows.push(this)
      app.emit('web-contents-created', {}, this.webContents)
    }
    loadURL(url: string) {
      record('loadURL', url)
      return Promise.resolve()
    }
    show() {
      record('window.show')
    }
    focus() {
      record('window.focus')
    }
    isMinimized() {
      return true
    }
    getBounds() {
      return { x: 40, y: 30, width: 1010, height: 690 }
    }
    restore() {
      record('window.restore')
    }
    isDestroyed() {
      return this.destroyed
    }
    close() {
      const event = preventable()
      this.emit('close', event)
      if (!event.defaultPrevented) this.destroy()
    }
    destroy() {
      this.destroyed = true
      record('window.destroy')
      this.emit('closed')
      if (windows.every((window) => window.destroyed)) app.emit('window-all-closed')
    }
  }

  const session = {
    fromPartition: (name: string, options: unknown) => {
      record('session.fromPartition', name, options)
      return fakeSession
    },
  }
  const sessionSetter = (name: string) => (handler: Handler) => {
    record(`session.${name}`)
    sessionHandlers[name] = handler
  }
  const fakeSession = {
    resolveProxy: (url: string) => {
      record('session.resolveProxy', url)
      return Promise.resolve('DIRECT')
    },
    setPermissionRequestHandler: sessionSetter('setPermissionRequestHandler'),
    setPermissionCheckHandler: sessionSetter('setPermissionCheckHandler'),
    setDevicePermissionHandler: sessionSetter('setDevicePermissionHandler'),
    setDisplayMediaRequestHandler: sessionSetter('setDisplayMediaRequestHandler'),
    webRequest: { onBeforeRequest: sessionSetter('onBeforeRequest') },
    on: (event: string, listener: Handler) => sessionEvents.on(event, listener as never),
    protocol: {
      handle: (scheme: string, handler: (request: Request) => Promise<Response>) => {
        record('session.protocol.handle', scheme)
        schemes.set(scheme, handler)
      },
    },
  }

  const electron = {
    app,
    BrowserWindow,
    session,
    ipcMain: {
      handle: (channel: string, handler: (event: unknown, ...args: unknown[]) => Promise<unknown>) => {
        record('ipcMain.handle', channel)
        handlers.set(channel, handler)
      },
    },
    protocol: {
      registerSchemesAsPrivileged: (list: unknown) => record('protocol.registerSchemesAsPrivileged', list),
    },
    Menu: {
      buildFromTemplate: (template: unknown) => template,
      setApplicationMenu: (menu: unknown) => record('Menu.setApplicationMenu', menu),
    },
    dialog: {
      showMessageBox: (question: unknown) => {
        record('dialog.showMessageBox', question)
        return Promise.resolve({ response: 0 })
      },
      showOpenDialog: (options: unknown): Promise<{ canceled: boolean; filePaths: string[] }> => {
        record('dialog.showOpenDialog', options)
        return Promise.resolve({ canceled: true, filePaths: [] })
      },
      showSaveDialog: (options: unknown): Promise<{ canceled: boolean; filePath?: string }> => {
        record('dialog.showSaveDialog', options)
        return Promise.resolve({ canceled: true, filePath: '' })
      },
      showErrorBox: (title: string, text: string) => record('dialog.showErrorBox', title, text),
    },
    clipboard: { writeText: (text: string) => record('clipboard.writeText', text) },
    nativeTheme: { themeSource: 'system' },
    powerMonitor: new EventEmitter(),
    utilityProcess: {
      fork: (...args: unknown[]) => {
        record('utilityProcess.fork', ...args)
        return Object.assign(new EventEmitter(), {
          stdout: new EventEmitter(),
          stderr: new EventEmitter(),
          postMessage: () => undefined,
          kill: () => true,
        })
      },
    },
  }
  return {
    electron,
    calls,
    handlers,
    sessionHandlers,
    sessionEvents,
    schemes,
    windows,
    userData,
    becomeReady: ready.resolve,
  }
}
