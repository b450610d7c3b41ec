/** Makes node_modules fit package-lock.json: the first step of each command on a fresh clone, nothing afterwards. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { node24, root, run, SetupError } from './process.mjs'

const stamp = join(root, 'node_modules', '.lock-digest')

function lockDigest() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

/** Whether npm's own record of what it installed agrees with package-lock.json (a developer may have run `npm install`). */
function installedFitsLock() {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || entry.peer || installed[path]?.version === entry.version,
  )
}

function isPrepared() {
  if (!existsSync(node24)) return false
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest()) return true
  if (!installedFitsLock()) return false
  try {
    writeFileSync(stamp, lockDigest())
  } catch {
    // The stamp only saves the comparison; a folder of somebody else goes without it.
  }
  return true
}

/**
 * Installs the packages of package-lock.json when they are not there. Throws a SetupError when npm cannot.
 * @param {{ say: (line: string) => void }} options
 */
export async function prepare({ say }) {
  if (isPrepared()) return
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) throw new SetupError(`Node ${process.versions.node} is too old: version 20 or newer is needed.`)
  say('Installing the npm packages of package-lock.json (first time, or it changed) …')
  mkdirSync(join(root, '.cache'), { recursive: true })
  const npm = process.env.npm_execpath
  const [program, args] = npm ? [process.execPath, [npm]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []]
  const flags = ['--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1', '--fetch-retry-mintimeout=2000']
  const code = await run(program, [...args, 'ci', ...flags], {
    stdio: ['ignore', 2, 2],
    mayFail: true,
    shell: !npm && process.platform === 'win32',
    env: { ...process.env, npm_config_progress: 'false' },
  })
  if (code !== 0 || !existsSync(node24)) {
    throw new SetupError(
      'npm ci failed, see above. The npm registry has to be reachable once; run the command again afterwards.',
    )
  }
  writeFileSync(stamp, lockDigest())
}
