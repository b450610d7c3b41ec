import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseCliOptions, usage } from './cli-options.ts'

const account = { OPENOBD_PARTNER_CLIENT_ID: 'id', OPENOBD_PARTNER_CLIENT_SECRET: 'CANARY-secret' }
const parse = (argv: string[], environment: NodeJS.ProcessEnv = account) => parseCliOptions(argv, environment)

describe('the command line of the gateway', () => {
  it('takes a server with TLS on 443, and plaintext on this computer', () => {
    expect(parse(['--upstream', 'grpc.openobd.com'])).toMatchObject({
      port: 0,
      upstream: { host: 'grpc.openobd.com', port: 443, transport: 'tls' },
      credentials: { clientId: 'id', clientSecret: 'CANARY-secret', clusterId: '001' },
    })
    expect(parse(['--upstream', '[::1]:50051', '--port', '7'])).toMatchObject({
      port: 7,
      upstream: { host: '::1', port: 50_051, transport: 'plaintext' },
    })
    expect(parse(['--upstream', 'bench.example:50051', '--plaintext'])).toMatchObject({
      upstream: { transport: 'plaintext' },
    })
    expect(parse(['--help'])).toBe('help')
    expect(usage).toContain('OPENOBD_CLUSTER_ID')
  })

  it.each([
    ['without a server', [], account, '--upstream is missing'],
    ['with a server that is no address', ['--upstream', 'a b:1'], account, 'write a host name'],
    ['with port 0 of a server', ['--upstream', 'a.example:0'], account, 'write a host name'],
    ['without an account', ['--upstream', 'a.example'], {}, 'OPENOBD_PARTNER_CLIENT_SECRET'],
    ['with an option that does not exist', ['--upstream', 'a.example', '--secret', 'x'], account, '--secret'],
    [
      'with a certificate that is not there',
      ['--upstream', 'a.example', '--ca', '/nowhere.pem'],
      account,
      'cannot be read',
    ],
  ])('is refused %s, and says what to do without the secret', (_what, argv, environment, words) => {
    expect(() => parse(argv, environment)).toThrow(words)
    try {
      parse(argv, environment)
    } catch (error) {
      expect(String(error)).not.toContain('CANARY')
    }
  })

  it('takes a certificate in PEM form only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-ca-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'ca.pem')
    writeFileSync(file, 'no certificate')
    expect(() => parse(['--upstream', 'a.example', '--ca', file])).toThrow('holds no certificate')
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n')
    expect(parse(['--upstream', 'a.example', '--ca', file])).toMatchObject({ extraAuthorities: [expect.any(String)] })
  })
})
