/** `electron <folder> [arguments]`: runs the folder's main, and starts Chromium once main has set its options before `ready`. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startChromium } from './chromium.ts'
import { app } from './modules/app.ts'
import { BrowserWindow } from './modules/browser-window.ts'
import { killUtilityProcesses } from './modules/utility-process.ts'
import { webContents } from './modules/web-contents.ts'
import { chromiumStarted } from './runtime.ts'
import { StandInError } from './stand-in-error.ts'
import { watchTargets } from './targets.ts'

const given = process.argv.slice(2)
const ofTheDebugger = /^--(inspect|remote-debugging-port)=/
const args = given.filter((arg) => !ofTheDebugger.test(arg))
const folder = args.find((arg) => !arg.startsWith('-'))
if (folder === undefined) throw new StandInError('Which application? Usage: electron <folder> [arguments]')

process.argv = [join(import.meta.dirname, 'electron'), ...args]
Object.defineProperty(process, 'type', { value: 'browser' })
// Playwright starts the application with this call where its own loader is not used.
Object.assign(globalThis, { __playwright_run: () => {} })

const main = app.opened(folder, args)
await import(pathToFileURL(main).href)

const debuggingPort = given.find((arg) => arg.startsWith('--remote-debugging-port='))?.split('=')[1]
const chromium = await startChromium(join(app.getPath('userData'), 'stand-in-chromium'), { debuggingPort })
chromiumStarted(chromium)
process.once('exit', () => {
  killUtilityProcesses()
  chromium.dispose()
})
// As in Electron, an application that listens for a signal decides itself what happens.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) app.quit()
  })
}

app.closeWindows = () => {
  for (const window of BrowserWindow.getAllWindows()) window.close()
  return BrowserWindow.getAllWindows().length === 0
}
chromium.cdp.once('closed', () => {
  // Closing the last visible window ends Chromium; without windows this is not an error.
  const left = BrowserWindow.getAllWindows()
  for (const window of left) window.destroy()
  if (left.length > 0 && chromium.process.signalCode) process.stderr.write('Chromium ended unexpectedly.\n')
  app.quit()
})
await watchTargets((openerId, address) => {
  const opener = webContents.getAllWebContents().find((contents) => contents.devToolsTargetId === openerId)
  opener?.openRequested(address)
})
app.becameReady()
