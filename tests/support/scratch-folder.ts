/**
 * Global setup of Vitest and Playwright: one folder for all temporary files of a run, of the programs that it starts too, which is
 * gone when the run is over, however a test ended.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Makes the folder the one for temporary files of every process started from now on; returns what removes it. */
export default function giveScratchFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-tests-'))
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
