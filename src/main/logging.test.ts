import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Metadata } from '@grpc/grpc-js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Token } from '../openobd/token.ts'
import { createLogger, describeBug, type LogFields, openLogFile, whitelist } from './logging.ts'
import { SecretRegistry } from './services/secret-registry.ts'

const plain = { scrub: (text: string) => text, cleanDetail: (text: string) => text }

describe('the log', () => {
  // @proves Security: A52 the log takes primitives with known names and no objects
  it('keeps whitelisted primitives and nothing else', () => {
    const metadata = new Metadata()
    metadata.set('authorization', 'Bearer CANARY')
    const hostile = {
      code: 'timed-out',
      count: 3,
      token: 'CANARY',
      metadata,
      reason: { inner: 'CANARY' },
      state: ['CANARY'],
      kind: new Token('session', 'CANARY'),
      method: () => 'CANARY',
    } as unknown as LogFields
    expect(whitelist(hostile, plain)).toEqual({ code: 'timed-out', count: 3 })
  })

  it('never contains a known secret, in any field', () => {
    fc.assert(
      fc.property(
        fc
          .string({ minLength: 8, maxLength: 40 })
          .filter((text) => /^[\x21-\x7e]+$/.test(text) && !'[secret]'.includes(text)),
        fc.string(),
        fc.constantFrom('reason', 'code', 'stack', 'kind', 'channel'),
        (secret, around, field) => {
          const secrets = new SecretRegistry()
          secrets.add(secret)
          const lines: string[] = []
          const logger = createLogger({ write: (line) => void lines.push(line) }, secrets)
          logger.error('it failed', { [field]: `${around}${secret}${around}` })
          const [line] = lines
          expect(String(JSON.parse(line ?? '{}')[field])).not.toContain(secret)
        },
      ),
    )
  })

  it('removes likely bearers even when the token is unknown', () => {
    const lines: string[] = []
    const secrets = new SecretRegistry()
    const logger = createLogger({ write: (line) => void lines.push(line) }, secrets)
    logger.warn('it failed', { reason: 'authorization: Bearer CANARY-token' })
    expect(lines.join('')).not.toContain('CANARY')
  })

  it('cuts long texts', () => {
    expect(String(whitelist({ reason: 'x'.repeat(100_000) }, plain).reason)).toHaveLength(2_000)
  })

  it('describes a bug without its message', () => {
    const described = describeBug(new TypeError('CANARY is not a function'))
    expect(described.kind).toBe('TypeError')
    expect(described.stack).toContain('logging.test.ts')
    expect(JSON.stringify(described)).not.toContain('CANARY')
    expect(describeBug('CANARY')).toEqual({ kind: 'string' })
  })

  it('is a file that only its owner can read, and is set aside when it is too large', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'workbench-log-')), 'logs')
    createLogger(openLogFile(folder)).info('started', { version: '1' })
    const file = join(folder, 'main.log')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ msg: 'started', version: '1' })
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o077).toBe(0)
    writeFileSync(file, 'x'.repeat(5 * 1024 * 1024 + 1))
    createLogger(openLogFile(folder)).info('started again')
    expect(readdirSync(folder).sort()).toEqual(['main.1.log', 'main.log'])
  })
})

describe('a disk that refuses', () => {
  it('does not end the application when the disk refuses a line', () => {
    const destination = openLogFile(mkdtempSync(join(tmpdir(), 'workbench-log-')))
    const emitter = destination as unknown as { emit(name: string, error: Error): boolean }
    expect(emitter.emit('error', new Error('disk full'))).toBe(true)
  })

  it('does not prevent the start', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'workbench-log-')), 'file')
    writeFileSync(file, '')
    expect(() => createLogger(openLogFile(join(file, 'logs'))).error('it failed')).not.toThrow()
  })
})

describe('SecretRegistry', () => {
  it('keeps a client secret, however many tokens follow', () => {
    const secrets = new SecretRegistry()
    secrets.add('CANARY-client-secret', 'client-secret')
    for (let n = 0; n < 1000; n += 1) secrets.add(`token-number-${n}-`, 'token')
    expect(secrets.scrub('CANARY-client-secret')).toBe('[secret]')
  })

  // @proves Security: A55 not applicable, because main keeps the last 200 tokens of a run on purpose, to keep them out of logs and texts
  it('drops the oldest tokens beyond 200 and ignores texts that are too short', () => {
    const secrets = new SecretRegistry()
    secrets.add('abc')
    for (let n = 0; n < 201; n += 1) secrets.add(`secret-number-${n}-`, 'token')
    expect(secrets.scrub('abc secret-number-0- secret-number-200-')).toBe('abc secret-number-0- [secret]')
  })
})
