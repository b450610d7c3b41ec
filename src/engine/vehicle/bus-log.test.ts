import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BusLogFile, BusLogRing, joinBusLogs } from './bus-log.ts'
import { canFrame } from './can-frame.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bus-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the bus log file', () => {
  it('holds every frame, also beyond one batch, once it is closed', async () => {
    const path = join(folder, 'log')
    const log = new BusLogFile(path, () => expect.unreachable())
    for (let count = 0; count < 4500; count += 1)
      log.frameSeen('1.main', count, canFrame(0x7e8, Uint8Array.of(count & 0xff)))
    await log.close()
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(4500)
    expect(lines[4499]).toBe('(4.499000) 1.main 7E8#93')
  })

  it('is written while the engine runs', async () => {
    const path = join(folder, 'log')
    const log = new BusLogFile(path, () => expect.unreachable())
    log.frameSeen('1.main', 1, canFrame(1, Uint8Array.of(1)))
    await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toBe('(0.001000) 1.main 001#01\n'))
    await log.close()
  })

  it('that cannot be written reports it once and lets the car go on', async () => {
    const failures: string[] = []
    const log = new BusLogFile(join(folder, 'no', 'such', 'folder', 'log'), (error) => failures.push(error.message))
    const ring = new BusLogRing(5)
    const both = joinBusLogs(log, ring)
    both.frameSeen('1.main', 1, canFrame(1, Uint8Array.of(1)))
    await vi.waitFor(() => expect(failures).toHaveLength(1))
    both.frameSeen('1.main', 2, canFrame(2, Uint8Array.of(2)))
    await log.close()
    expect(failures).toHaveLength(1)
    expect(failures[0]).toContain('ENOENT')
    expect(ring.lines()).toHaveLength(2)
  })
})
