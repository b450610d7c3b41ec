/** A small application that uses Electron as the workbench does, so that host and stand-in can be held to the same facts. */
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { app, BrowserWindow, clipboard, ipcMain, nativeTheme, protocol, session, utilityProcess } from 'electron'

const folder = import.meta.dirname
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' }
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-src 'self'"

// What the spec asks about, by app.evaluate.
globalThis.facts = { navigations: [], opened: [], permissions: [], requests: [], secondStarts: [], gone: [], said: [] }
const { facts } = globalThis
// What the spec wants main to hold back while the application ends.
globalThis.holds = { quit: false, close: [] }
const { holds } = globalThis

if (process.env.CONTRACT_PROFILE) app.setPath('userData', process.env.CONTRACT_PROFILE)
app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
])

async function serve(request) {
  const { pathname } = new URL(request.url)
  try {
    const body = await readFile(join(folder, 'page', pathname))
    return new Response(body, {
      headers: { 'content-type': types[extname(pathname)] ?? 'text/plain', 'content-security-policy': policy },
    })
  } catch {
    return new Response('not found', { status: 404 })
  }
}

function guardSession() {
  const guarded = session.fromPartition('contract', { cache: false })
  guarded.protocol.handle('app', serve)
  guarded.setPermissionRequestHandler((_contents, permission, callback) => {
    facts.permissions.push(permission)
    callback(false)
  })
  guarded.setPermissionCheckHandler(() => false)
  guarded.webRequest.onBeforeRequest((details, callback) => {
    const cancel = !details.url.startsWith('app://')
    if (cancel) facts.requests.push(details.url)
    callback({ cancel })
  })
}

function guardContents(contents) {
  contents.setWindowOpenHandler(({ url }) => {
    facts.opened.push(url)
    return { action: 'deny' }
  })
  contents.on('will-navigate', (event, url) => {
    facts.navigations.push(url)
    event.preventDefault()
  })
  contents.on('render-process-gone', (_event, details) => facts.gone.push(details.reason))
}

function openWindow(url) {
  const window = new BrowserWindow({
    width: 800,
    height: 600,
    webPreferences: {
      partition: 'contract',
      preload: join(folder, 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
    },
  })
  guardContents(window.webContents)
  window.on('close', (event) => noteEnd(`close ${window.id}`, event, holds.close.includes(window.id)))
  window.on('closed', () => noteEnd('closed'))
  return window.loadURL(url).then(() => window)
}
globalThis.openWindow = openWindow

// Written, because nobody can ask an application that has ended.
function noteEnd(name, event, isHeld = false) {
  process.stdout.write(`end: ${name}\n`)
  if (isHeld) event.preventDefault()
}

function isOurs(frame) {
  return frame !== null && frame.parent === null && frame.url.startsWith('app://bundle/')
}

function answerMessages() {
  ipcMain.handle('echo', (event, ...values) => {
    if (!isOurs(event.senderFrame)) throw new Error('refused')
    return values
  })
  ipcMain.handle('sender', (event) => ({
    url: event.senderFrame?.url,
    isTop: event.senderFrame?.parent === null,
    id: event.sender.id,
  }))
  ipcMain.handle('fail', () => {
    throw new TypeError('the handler threw')
  })
  ipcMain.on('say', (_event, text) => facts.said.push(text))
}

function startUtility() {
  const child = utilityProcess.fork(join(folder, 'utility.js'), ['argument'], {
    env: { ...process.env, CONTRACT: 'yes' },
    stdio: 'pipe',
    serviceName: 'contract',
  })
  const heard = { messages: [], output: '', exitCode: undefined, pidWhileRunning: undefined }
  child.once('spawn', () => {
    heard.pidWhileRunning = child.pid
  })
  child.stdout.on('data', (chunk) => {
    heard.output += chunk
  })
  child.on('message', (message) => heard.messages.push(message))
  child.once('exit', (code) => {
    heard.exitCode = code
  })
  globalThis.utility = { child, heard }
}
globalThis.startUtility = startUtility

globalThis.electronModules = { clipboard, nativeTheme }

async function start() {
  await app.whenReady()
  guardSession()
  answerMessages()
  await openWindow('app://bundle/index.html')
}

if (app.requestSingleInstanceLock()) {
  app.on('second-instance', (_event, args, workingDirectory) => {
    facts.secondStarts.push({ args, workingDirectory })
    const [window] = BrowserWindow.getAllWindows()
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  app.on('window-all-closed', () => {
    noteEnd('window-all-closed')
    app.quit()
  })
  app.on('before-quit', (event) => noteEnd('before-quit', event, holds.quit))
  app.on('will-quit', () => noteEnd('will-quit'))
  app.on('quit', () => noteEnd('quit'))
  start()
} else {
  app.quit()
}
