import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isRunning } from '../../e2e/stand-in/is-running.ts'

function holderOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined
  } catch {
    return undefined
  }
}

function tryTake(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/** Runs the work while this process holds the lock file; the lock of a process that ended is taken over. Throws after waitMs. */
export async function withLock<T>(file: string, work: () => Promise<T>, waitMs = 180_000): Promise<T> {
  mkdirSync(dirname(file), { recursive: true })
  const deadline = performance.now() + waitMs
  while (!tryTake(file)) {
    const holder = holderOf(file)
    if (holder !== undefined && !isRunning(holder)) rmSync(file, { force: true })
    else if (performance.now() > deadline) throw new Error(`Process ${holder} has held ${file} for too long.`)
    else await pause(100)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}
