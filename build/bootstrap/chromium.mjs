/** Finds a Chromium for the stand-in and the browser tests, or gets Debian's. */
import { findChromium } from '../../e2e/stand-in/find-chromium.mjs'
import { outputOf, run, SetupError } from './process.mjs'

const advice =
  'Install Chromium or Google Chrome (Debian, Ubuntu: apt-get install chromium) or set WORKBENCH_CHROMIUM to one.'

/**
 * Returns the path of a Chromium; as root on Debian it is installed when missing. Throws a SetupError otherwise.
 * @param {{ say: (line: string) => void }} options
 * @returns {Promise<string>}
 */
export async function ensureChromium({ say }) {
  const found = findChromium()
  if (found) return found
  const hasApt = process.platform === 'linux' && (await outputOf('apt-get', ['--version'])) !== undefined
  if (!hasApt || process.getuid?.() !== 0) throw new SetupError(`There is no Chromium on this machine. ${advice}`)
  say('Installing Chromium by its Debian package (once) …')
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, mayFail: true }
  await run('apt-get', ['update', '-qq'], options)
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options)
  const installed = findChromium()
  if (!installed) throw new SetupError(`Chromium could not be installed by its Debian package. ${advice}`)
  return installed
}
