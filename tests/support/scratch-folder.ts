/**
 * Global setup of Vitest and Playwright: one folder for all temporary files of a run and of the programs that it starts. It is
 * removed at the end of the run, however a test ended.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Sets the folder for temporary files of all processes started from now on; returns a function that removes it. */
export default function giveScratchFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-tests-'))
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}
