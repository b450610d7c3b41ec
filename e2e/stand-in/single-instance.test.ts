import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { releaseLock, takeLock } from './single-instance.ts'

const start = { args: ['electron', '.'], workingDirectory: '/', additionalData: {} }
const nobody = () => undefined
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'single-instance-'))
})
afterEach(() => {
  releaseLock(folder)
  rmSync(folder, { recursive: true, force: true })
})

describe('the lock of a profile folder', () => {
  it('is taken once and can be taken again after it was given back', () => {
    expect(takeLock(folder, start, nobody)).toBe(true)
    releaseLock(folder)
    expect(takeLock(folder, start, nobody)).toBe(true)
  })
  it('is refused while another running process holds it', () => {
    expect(takeLock(folder, start, nobody)).toBe(true)
    writeFileSync(join(folder, 'stand-in.lock'), String(process.ppid))
    expect(takeLock(folder, start, nobody)).toBe(false)
  })
  it('is taken over from a process that is gone', () => {
    writeFileSync(join(folder, 'stand-in.lock'), '4194304')
    expect(takeLock(folder, start, nobody)).toBe(true)
  })
  it('is taken over when its file holds no process at all', () => {
    writeFileSync(join(folder, 'stand-in.lock'), '')
    expect(takeLock(folder, start, nobody)).toBe(true)
  })
})
