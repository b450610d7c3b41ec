/** Decides what the application runs in: Electron's own binary where it can be had, else the stand-in. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureChromium } from './chromium.mjs'
import { node24, outputOf, root, run, SetupError } from './process.mjs'

const electronFolder = join(root, 'node_modules', 'electron')
const refusal = join(root, '.cache', 'electron-refused')

function version() {
  return JSON.parse(readFileSync(join(electronFolder, 'package.json'), 'utf8')).version
}

function installedBinary() {
  const pathFile = join(electronFolder, 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const binary = join(electronFolder, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}

function wasRefused() {
  return existsSync(refusal) && readFileSync(refusal, 'utf8') === version()
}

// Electron's installer waits long for servers that do not answer, so the server is knocked at first.
async function isReachable() {
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror
  const address = mirror ?? `https://github.com/electron/electron/releases/download/v${version()}/SHASUMS256.txt`
  try {
    const response = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(8_000) })
    return response.ok
  } catch {
    return false
  }
}

async function install(say) {
  say(`Trying to get Electron ${version()} by its own installer (once) …`)
  const reachable = await isReachable()
  const code = reachable
    ? await run(node24, [join(electronFolder, 'install.js')], { stdio: 'ignore', mayFail: true, timeoutMs: 600_000 })
    : 1
  if (code === 0 && installedBinary()) return
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(refusal, version())
  say("Electron's binary cannot be had here (remembered in .cache/electron-refused; delete it to try again).")
}

/** Whether a window could be shown at all. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/**
 * Finds the host and says which one it is. `env` and `wrapper` are for the programs that start it: without a display
 * real Electron runs under xvfb-run, and where that is missing too the stand-in takes over.
 * @param {{ say: (line: string) => void }} options
 * @returns {Promise<{ kind: 'electron' | 'stand-in', program: string, env: Record<string, string>, wrapper: string[] }>}
 */
export async function ensureHost({ say }) {
  const wanted = process.env.WORKBENCH_HOST
  if (wanted !== 'stand-in' && !installedBinary() && !wasRefused()) await install(say)
  const binary = wanted === 'stand-in' ? undefined : installedBinary()
  if (wanted === 'electron' && !binary)
    throw new SetupError('WORKBENCH_HOST=electron, but there is no Electron binary.')
  const wrapper = hasDisplay() ? [] : ['xvfb-run', '-a']
  if (binary && (hasDisplay() || (await outputOf('xvfb-run', ['--help'])) !== undefined)) {
    rmSync(refusal, { force: true })
    say(`Host: Electron ${version()}${hasDisplay() ? '' : ' (under xvfb-run, there is no display)'}.`)
    return { kind: 'electron', program: binary, env: { WORKBENCH_HOST: 'electron' }, wrapper }
  }
  const chromium = await ensureChromium({ say })
  const reason = binary ? 'Electron needs a display or xvfb-run' : 'there is no Electron binary'
  say(`Host: the stand-in (Node ${process.versions.node}, ${chromium}), because ${reason}.`)
  const program = join(root, 'e2e', 'stand-in', 'electron')
  return { kind: 'stand-in', program, env: { WORKBENCH_HOST: 'stand-in' }, wrapper: [] }
}
