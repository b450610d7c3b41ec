import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const candidates = [
  process.env.WORKBENCH_TEST_PYTHON,
  join(root, '.cache/venv/bin/python'),
  join(root, '.cache/venv/Scripts/python.exe'),
]

/** The interpreter with the official packages. Throws when it is missing, so that the tests fail instead of being skipped. */
export function testPython(): string {
  const found = candidates.find((path) => path && existsSync(path))
  if (found) return found
  throw new Error(
    'The judges need Python with the official packages: run `npm test` once, or set WORKBENCH_TEST_PYTHON.',
  )
}

/** Runs a script of this folder to its end and returns its output. */
export function runPython(script: string): string {
  const run = spawnSync(testPython(), [join(import.meta.dirname, script)], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (run.status !== 0) throw new Error(`${script} failed: ${run.stderr}`)
  return run.stdout
}
