import { randomUUID } from 'node:crypto'
import {
  type FSWatcher,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { isRunning } from './is-running.ts'

/** Data that a second start sends to the first. */
export interface SecondStart {
  readonly args: readonly string[]
  readonly workingDirectory: string
  readonly additionalData: object
}

const lockName = 'stand-in.lock'
const mailboxName = 'stand-in.starts'
let watcher: FSWatcher | undefined

// The file is created together with its content, so that no process reads an incomplete lock.
function tryTake(file: string): boolean {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, String(process.pid))
  try {
    linkSync(draft, file)
    return true
  } catch {
    return Number(readFileSync(file, 'utf8')) === process.pid
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Electron's lock is synchronous, as this one: a file with the holder's process id, and a folder for messages of
 * later starts. False when another running process holds it; that process gets a message.
 */
export function takeLock(folder: string, own: SecondStart, onSecondStart: (second: SecondStart) => void): boolean {
  const lock = join(folder, lockName)
  const mailbox = join(folder, mailboxName)
  if (!tryTake(lock)) {
    if (isRunning(Number(readFileSync(lock, 'utf8')))) {
      const letter = join(mailbox, randomUUID())
      writeFileSync(`${letter}.part`, JSON.stringify(own))
      renameSync(`${letter}.part`, `${letter}.json`)
      return false
    }
    rmSync(lock, { force: true })
    if (!tryTake(lock)) return false
  }
  rmSync(mailbox, { recursive: true, force: true })
  mkdirSync(mailbox)
  watcher = watch(mailbox, () => {
    for (const name of readdirSync(mailbox).filter((file) => file.endsWith('.json'))) {
      const second = JSON.parse(readFileSync(join(mailbox, name), 'utf8')) as SecondStart
      rmSync(join(mailbox, name))
      onSecondStart(second)
    }
  })
  watcher.unref()
  return true
}

/** Releases the lock. */
export function releaseLock(folder: string): void {
  watcher?.close()
  rmSync(join(folder, lockName), { force: true })
  rmSync(join(folder, mailboxName), { recursive: true, force: true })
}
