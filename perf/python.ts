import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** The Python of the project's own environment (made by the bootstrap), or the one named by OPENOBD_TEST_PYTHON. Throws when there is none. */
export function pythonPath(): string {
  const candidates = [
    process.env.OPENOBD_TEST_PYTHON,
    join(root, '.cache/venv/bin/python'),
    join(root, '.cache/venv/Scripts/python.exe'),
  ]
  const found = candidates.find((path) => path !== undefined && existsSync(path))
  if (!found) throw new Error('There is no Python environment; `npm test` makes it, or set OPENOBD_TEST_PYTHON.')
  return found
}

/** A script of perf/python. */
export const pythonScript = (name: string): string => join(import.meta.dirname, 'python', name)
