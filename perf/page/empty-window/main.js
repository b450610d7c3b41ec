/** An application that is nothing but a window with one sentence: what the host itself needs to show something. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { app, BrowserWindow, protocol, session } from 'electron'

if (process.env.WORKBENCH_PROFILE_DIR) app.setPath('userData', process.env.WORKBENCH_PROFILE_DIR)
app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
])

async function start() {
  await app.whenReady()
  const own = session.fromPartition('empty', { cache: false })
  own.protocol.handle(
    'app',
    async () =>
      new Response(await readFile(join(import.meta.dirname, 'index.html')), {
        headers: { 'content-type': 'text/html; charset=utf-8' },
      }),
  )
  const window = new BrowserWindow({
    width: 1280,
    height: 720,
    webPreferences: { partition: 'empty', contextIsolation: true, sandbox: true },
  })
  await window.loadURL('app://bundle/index.html')
}

app.on('window-all-closed', () => app.quit())
start()
