/**
 * Makes the Python environments of the tests: .cache/venv with the official client and the judges of the engine, and .cache/venv-scapy
 * with Scapy, which nothing else of the project can import (tests/interop/README.md says why).
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputOf, root, run, SetupError } from './process.mjs'

const environment = (name, requirements) => {
  const folder = join(root, '.cache', name)
  return {
    name,
    folder,
    requirements: join(root, 'tests', 'interop', requirements),
    stamp: join(folder, '.requirements-digest'),
    python: process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python'),
  }
}

const ours = environment('venv', 'requirements.txt')
const environments = [ours, environment('venv-scapy', 'requirements-scapy.txt')]

/** The Python of the project's virtual environment. */
export const python = ours.python

async function systemPython() {
  for (const program of ['python3', 'python']) {
    const version = await outputOf(program, ['-c', 'import sys; print(sys.version_info >= (3, 11))'])
    if (version === 'True') return program
  }
  throw new SetupError('Python 3.11 or newer is needed for the interoperability tests, and there is none.')
}

/**
 * Makes each environment that is missing or whose requirements changed. Throws a SetupError when pip cannot.
 * @param {{ say: (line: string) => void }} options
 */
export async function ensurePython({ say }) {
  for (const one of environments) await ensureEnvironment(one, say)
}

async function ensureEnvironment({ name, folder, requirements, stamp, python }, say) {
  const digest = createHash('sha256').update(readFileSync(requirements)).update(folder).digest('hex')
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  say(`Making the Python environment .cache/${name} (first time, or its requirements changed) …`)
  const program = await systemPython()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(root, '.cache'), { recursive: true })
  if ((await run(program, ['-m', 'venv', folder], { stdio: ['ignore', 2, 2], mayFail: true })) !== 0) {
    throw new SetupError('Python cannot make a virtual environment (Debian, Ubuntu: apt-get install python3-venv).')
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]
  if ((await run(python, pip, { stdio: ['ignore', 2, 2], mayFail: true })) !== 0) {
    throw new SetupError(
      'pip failed: the Python package index has to be reachable once. Run the command again afterwards.',
    )
  }
  writeFileSync(stamp, digest)
}
