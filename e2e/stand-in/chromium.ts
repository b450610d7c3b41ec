import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { CdpConnection } from './cdp.ts'
import { findChromium } from './find-chromium.mjs'
import { isRunning } from './is-running.ts'
import { StandInError } from './stand-in-error.ts'

/** Whether windows are visible: there is a display and headless mode was not asked for. */
export const isVisible =
  process.env.WORKBENCH_HEADLESS !== '1' && Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

const flags = [
  '--no-first-run',
  '--no-default-browser-check',
  '--no-service-autorun',
  '--disable-background-networking',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-breakpad',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-field-trial-config',
  '--disable-infobars',
  '--disable-quic',
  '--disable-search-engine-choice-screen',
  '--disable-session-crashed-bubble',
  '--disable-site-isolation-trials',
  '--disable-sync',
  '--disable-features=Translate,HttpsUpgrades,OptimizationHints,MediaRouter,PaintHolding,DestroyProfileOnBrowserClose',
  '--force-color-profile=srgb',
  '--metrics-recording-only',
  '--password-store=basic',
  '--use-mock-keychain',
  // The page reaches only what the shim answers; addresses are never resolved.
  '--host-resolver-rules=MAP * ~NOTFOUND',
  // Chromium ends with this pipe, so it never outlives the application, however that ends.
  '--remote-debugging-pipe',
]

/** A profile folder of this process; those of applications that have ended are removed. */
function ownProfile(folder: string): string {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) {
    if (!isRunning(Number(name))) rmSync(join(folder, name), { recursive: true, force: true })
  }
  const own = join(folder, String(process.pid))
  mkdirSync(own)
  return own
}

/** A running Chromium: the connection to it and its end. */
export interface Chromium {
  readonly cdp: CdpConnection
  readonly process: ChildProcess
  /** Ends it and removes its profile; synchronous, for the exit of the application. */
  dispose(): void
}

/**
 * Starts Chromium below the given folder. With a debugging port, its "DevTools listening" line is passed on to stderr,
 * where Playwright reads it. Throws a StandInError when there is no Chromium or it ends at once.
 */
export async function startChromium(folder: string, options: { readonly debuggingPort?: string }): Promise<Chromium> {
  const program = findChromium()
  if (!program) throw new StandInError('No Chromium on this machine; set WORKBENCH_CHROMIUM to one.')
  const profile = ownProfile(folder)
  const args = [
    ...flags,
    `--user-data-dir=${profile}`,
    ...(process.getuid?.() === 0 ? ['--no-sandbox', '--test-type'] : []),
    ...(isVisible
      ? ['--app=data:text/html,<title>Workbench</title>']
      : ['--headless', '--disable-gpu', '--hide-scrollbars', '--no-startup-window']),
    ...(options.debuggingPort === undefined ? [] : [`--remote-debugging-port=${options.debuggingPort}`]),
  ]
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] })
  const dispose = () => {
    child.kill('SIGKILL')
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
  const complaints = passOnListeningLine(child)
  const cdp = new CdpConnection(child.stdio[3] as Writable, child.stdio[4] as Readable)
  try {
    await Promise.race([cdp.send('Browser.getVersion'), endOf(child)])
  } catch (error) {
    dispose()
    throw new StandInError(`Chromium did not start: ${(error as Error).message}\n${complaints.join('\n')}`)
  }
  return { cdp, process: child, dispose }
}

function endOf(child: ChildProcess): Promise<never> {
  return new Promise((_resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? `exit code ${code}`}`)))
  })
}

/** Passes only the line on that Playwright waits for; keeps the last others for an error message. */
function passOnListeningLine(child: ChildProcess): string[] {
  const complaints: string[] = []
  let unread = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (unread + chunk).split('\n')
    unread = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('DevTools listening on ')) process.stderr.write(`${line}\n`)
      else if (complaints.push(line) > 20) complaints.shift()
    }
  })
  return complaints
}
