import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BusLogError, BusLogFile, BusLogRing, joinBusLogs } from './bus-log.ts'
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

  it.each([
    ['in a folder that does not exist', 'nowhere/log'],
    ['that is a folder', 'folder'],
    ['whose second file is a folder', 'log'],
  ])('%s cannot be begun', (_what, name) => {
    mkdirSync(join(folder, 'folder'))
    mkdirSync(join(folder, 'log.kline'))
    const attempt = () => new BusLogFile(join(folder, name), () => expect.unreachable())
    expect(attempt).toThrow(BusLogError)
    expect(attempt).toThrow(/^The bus log cannot be written \(.+\); choose another file\.$/)
  })

  it.skipIf(!existsSync('/dev/full'))('that fails later reports it once and lets the car go on', async () => {
    const path = join(folder, 'log')
    symlinkSync('/dev/full', path)
    const failures: string[] = []
    const log = new BusLogFile(path, (error) => failures.push(error.message))
    const ring = new BusLogRing(5)
    const both = joinBusLogs(log, ring)
    both.frameSeen('1.main', 1, canFrame(1, Uint8Array.of(1)))
    await vi.waitFor(() => expect(failures).toHaveLength(1))
    both.lineEventSeen('1.body', 2, { kind: 'pulse', lowMs: 25 })
    await log.close()
    expect(failures).toHaveLength(1)
    expect(failures[0]).toContain('ENOSPC')
    expect(ring.lines()).toHaveLength(2)
  })

  it('holds what happens on K-lines in a second file, so that readers of candump logs never meet it', async () => {
    const path = join(folder, 'log')
    const log = new BusLogFile(path, () => expect.unreachable())
    log.lineEventSeen('1.body', 25, { kind: 'pulse', lowMs: 25 })
    log.frameSeen('1.main', 30, canFrame(0x7e0, Uint8Array.of(0x3e)))
    for (let count = 0; count < 4500; count += 1)
      log.lineEventSeen('1.body', 1000 + count, { kind: 'bytes', baud: 10_400, values: [0x3e, undefined] })
    await log.close()
    expect(readFileSync(path, 'utf8')).toBe('(0.030000) 1.main 7E0#3E\n')
    const lines = readFileSync(`${path}.kline`, 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(4501)
    expect(lines[0]).toBe('(0.025000) 1.body low 25')
    expect(lines[4500]).toBe('(5.499000) 1.body 10400 3E??')
  })

  it('has no second file without a K-line, not even that of an earlier run', async () => {
    const path = join(folder, 'log')
    writeFileSync(`${path}.kline`, 'of yesterday')
    const log = new BusLogFile(path, () => expect.unreachable())
    log.frameSeen('1.main', 1, canFrame(1, Uint8Array.of(1)))
    await log.close()
    expect(readdirSync(folder)).toEqual(['log'])
  })

  it('reports it once when the second file turns out to be impossible with the first event', async () => {
    const failures: string[] = []
    const path = join(folder, 'log')
    const log = new BusLogFile(path, (error) => failures.push(error.message))
    mkdirSync(`${path}.kline`)
    log.lineEventSeen('1.body', 1, { kind: 'pulse', lowMs: 25 })
    log.frameSeen('1.main', 1, canFrame(1, Uint8Array.of(1)))
    await log.close()
    await vi.waitFor(() => expect(failures).toHaveLength(1))
    log.lineEventSeen('1.body', 2, { kind: 'pulse', lowMs: 25 })
    expect(failures).toHaveLength(1)
  })
})

describe('the newest entries in memory', () => {
  it('are frames and events of K-lines in the order in which they came', () => {
    const ring = new BusLogRing(2)
    ring.frameSeen('1.main', 1, canFrame(1, Uint8Array.of(1)))
    ring.lineEventSeen('1.body', 2, { kind: 'bytes', baud: 5, values: [0x33] })
    ring.frameSeen('1.main', 3, canFrame(2, Uint8Array.of(2)))
    expect(ring.lines()).toEqual(['(0.002000) 1.body 5 33', '(0.003000) 1.main 002#02'])
  })
})
