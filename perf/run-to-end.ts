import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Runs a Node script to its end; rejects with its last output when it fails or takes a minute. */
export async function runToEnd(script: string, args: readonly string[], cwd: string): Promise<void> {
  await promisify(execFile)(process.execPath, [script, ...args], { cwd, timeout: 60_000 })
}
