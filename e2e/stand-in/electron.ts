/** What `electron` means in the main process of the stand-in. */
import { registerScheme } from './addresses.ts'
import { app } from './modules/app.ts'
import { BrowserWindow } from './modules/browser-window.ts'
import { clipboard, dialog, Menu, net, powerMonitor, safeStorage } from './modules/desktop.ts'
import { ipcMain } from './modules/ipc-main.ts'
import { nativeTheme } from './modules/native-theme.ts'
import { session } from './modules/session.ts'
import { utilityProcess } from './modules/utility-process.ts'
import { webContents } from './modules/web-contents.ts'
import { notCovered, supportedOnly } from './stand-in-error.ts'

const defaultProtocol = () => session.defaultSession.protocol

/** Schemes become origins of their own (addresses.ts); they have the privileges of https. */
const protocol = supportedOnly('protocol', {
  registerSchemesAsPrivileged(schemes: readonly { scheme: string }[]) {
    if (app.isReady()) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    for (const { scheme } of schemes) registerScheme(scheme)
  },
  handle: (...args: Parameters<ReturnType<typeof defaultProtocol>['handle']>) => defaultProtocol().handle(...args),
  unhandle: (scheme: string) => defaultProtocol().unhandle(scheme),
  isProtocolHandled: (scheme: string) => defaultProtocol().isProtocolHandled(scheme),
})

export const autoUpdater = notCovered('autoUpdater')
export const BaseWindow = notCovered('BaseWindow')
export const BrowserView = notCovered('BrowserView')
export const contentTracing = notCovered('contentTracing')
export const crashReporter = notCovered('crashReporter')
export const desktopCapturer = notCovered('desktopCapturer')
export const globalShortcut = notCovered('globalShortcut')
export const inAppPurchase = notCovered('inAppPurchase')
export const MenuItem = notCovered('MenuItem')
export const MessageChannelMain = notCovered('MessageChannelMain')
export const nativeImage = notCovered('nativeImage')
export const netLog = notCovered('netLog')
export const Notification = notCovered('Notification')
export const powerSaveBlocker = notCovered('powerSaveBlocker')
export const screen = notCovered('screen')
export const shell = notCovered('shell')
export const systemPreferences = notCovered('systemPreferences')
export const Tray = notCovered('Tray')
export const View = notCovered('View')
export const WebContentsView = notCovered('WebContentsView')
export const webFrameMain = notCovered('webFrameMain')

export {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  safeStorage,
  session,
  utilityProcess,
  webContents,
}

export default {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  safeStorage,
  session,
  utilityProcess,
  webContents,
}
