import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Runs a script of Node until it ends by itself; rejects with its last words when it fails or takes a minute. */
export async function runToEnd(script: string, args: readonly string[], cwd: string): Promise<void> {
  await promisify(execFile)(process.execPath, [script, ...args], { cwd, timeout: 60_000 })
}
