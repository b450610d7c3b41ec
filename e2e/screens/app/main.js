/** Shows the page with all screens (`src/renderer/testing/harness.html`) in a window, without main's services. */
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { app, BrowserWindow, protocol, session } from 'electron'

const folder = process.env.SCREENS_FOLDER
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:"

if (process.env.SCREENS_PROFILE) app.setPath('userData', process.env.SCREENS_PROFILE)
app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
])

async function serve(request) {
  const { pathname } = new URL(request.url)
  try {
    const body = await readFile(join(folder, pathname))
    return new Response(body, {
      headers: { 'content-type': types[extname(pathname)] ?? 'text/plain', 'content-security-policy': policy },
    })
  } catch {
    return new Response('not found', { status: 404 })
  }
}

async function start() {
  await app.whenReady()
  const own = session.fromPartition('screens', { cache: false })
  own.protocol.handle('app', serve)
  const window = new BrowserWindow({
    width: 1366,
    height: 768,
    webPreferences: { partition: 'screens', contextIsolation: true, sandbox: true },
  })
  await window.loadURL('app://bundle/testing/harness.html')
}

app.on('window-all-closed', () => app.quit())
start()
