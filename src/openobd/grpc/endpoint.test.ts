import { describe, expect, it } from 'vitest'
import { addressOf, isLoopback, type TrustedEndpoint, trustProfileEndpoint, trustSessionEndpoint } from './endpoint.ts'

const remote: TrustedEndpoint = { host: 'grpc.openobd.com', port: 443, transport: 'tls' }
const local: TrustedEndpoint = { host: '127.0.0.1', port: 50051, transport: 'plaintext' }
const development: TrustedEndpoint = { host: '192.168.1.20', port: 50051, transport: 'plaintext' }
const own: TrustedEndpoint = { host: 'openobd.garage.example', port: 8443, transport: 'tls' }

describe('a loopback literal', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    'localhost',
    'LOCALHOST.',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::0001',
    '0:0:0::0:1',
  ])('is %s', (host) => expect(isLoopback(host)).toBe(true))
  it.each([
    '128.0.0.1',
    '127.0.0.1.example.com',
    'localhost.example.com',
    '::2',
    '0.0.0.0',
    '::',
    '127.1',
    '2130706433',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '',
  ])('is not %s', (host) => expect(isLoopback(host)).toBe(false))
})

describe('the endpoint of a profile', () => {
  it.each([
    ['127.0.0.1', 50051, false, 'plaintext'],
    ['localhost', 443, false, 'plaintext'],
    ['[::1]', 1, false, 'plaintext'],
    ['grpc.openobd.com', 443, false, 'tls'],
    ['grpc.openobd.com', 50051, false, 'tls'],
    ['192.168.1.20', 50051, false, 'tls'],
    ['192.168.1.20', 50051, true, 'plaintext'],
    ['127.0.0.1.example.com', 80, false, 'tls'],
  ] as const)('%s:%i (plaintext allowed: %s) is spoken to with %s', (host, port, allowPlaintext, transport) => {
    expect(trustProfileEndpoint({ host, port }, { allowPlaintext })).toMatchObject({ ok: true, value: { transport } })
  })

  it.each([
    ['', 1],
    ['a b', 1],
    ['user@host', 1],
    ['http://host', 1],
    ['host/path', 1],
    ['host:80', 1],
    ['-bad.example', 1],
    ['127.1', 1],
    ['2130706433', 1],
    ['0x7f.1', 1],
    ['999.1.1.1', 1],
    ['host_name', 1],
    ['a'.repeat(64), 1],
    ['host', 0],
    ['host', 65_536],
    ['host', 1.5],
    ['host', Number.NaN],
  ])('%s:%d is refused as input', (host, port) => {
    expect(trustProfileEndpoint({ host, port })).toMatchObject({ ok: false, failure: { code: 'invalid-input' } })
  })

  it('never leaves localhost to a resolver', () => {
    expect(trustProfileEndpoint({ host: 'localhost', port: 1 })).toMatchObject({ value: { host: '127.0.0.1' } })
    expect(addressOf({ host: '::1', port: 5 })).toBe('[::1]:5')
  })
})

describe('the endpoint that a SessionInfo names', () => {
  it.each<[TrustedEndpoint, string, number | undefined, TrustedEndpoint['transport'], number]>([
    [remote, 'grpc.openobd.com', undefined, 'tls', 443],
    [remote, 'grpc.openobd.com', 0, 'tls', 443],
    [remote, 'grpc.openobd.com', 443, 'tls', 443],
    [remote, 'node-7.eu.openobd.com', undefined, 'tls', 443],
    [remote, 'NODE-7.openobd.com', 443, 'tls', 443],
    [remote, 'session.jifeline.com', undefined, 'tls', 443],
    [local, '127.0.0.1', 50052, 'plaintext', 50052],
    [local, '127.0.0.1', 50051, 'plaintext', 50051],
    [local, 'localhost', 50051, 'plaintext', 50051],
    [local, '::1', 50051, 'plaintext', 50051],
    [development, '192.168.1.20', 50051, 'plaintext', 50051],
    [development, '192.168.1.20', 50052, 'plaintext', 50052],
    [own, 'openobd.garage.example', 8443, 'tls', 8443],
    [own, 'openobd.garage.example', undefined, 'tls', 443],
    [own, 'a.openobd.garage.example', 8443, 'tls', 8443],
  ])('may be reached from %o at %s:%s', (controller, grpcEndpoint, grpcPort, transport, port) => {
    const trusted = trustSessionEndpoint(controller, { grpcEndpoint, grpcPort })
    expect(trusted).toMatchObject({ ok: true, value: { transport, port } })
  })

  // @proves Security: A60, A61 a token goes only to hosts that are allowed, in plaintext to this computer only
  it.each<[TrustedEndpoint, string, number | undefined]>([
    [remote, '127.0.0.1', undefined],
    [remote, '127.0.0.1', 443],
    [remote, 'localhost', 443],
    [remote, '::1', 443],
    [remote, '[::1]', 443],
    [remote, '::ffff:127.0.0.1', 443],
    [remote, '10.0.0.1', undefined],
    [remote, '192.168.1.1', 443],
    [remote, '8.8.8.8', 443],
    [remote, 'evil.example', undefined],
    [remote, 'evil.example', 443],
    [remote, 'openobd.com.evil.example', 443],
    [remote, 'evilopenobd.com', 443],
    [remote, 'xjifeline.com', 443],
    [remote, 'user@grpc.openobd.com', 443],
    [remote, 'grpc.openobd.com@evil.example', 443],
    [remote, 'grpc.openobd.com:443', 443],
    [remote, 'https://grpc.openobd.com', 443],
    [remote, 'grpc.openobd.com/x', 443],
    [remote, ' grpc.openobd.com', 443],
    [remote, 'grpc.openobd.com\n', 443],
    [remote, 'grpc.openobd.com\u0000', 443],
    [remote, '', undefined],
    [remote, '.', 443],
    [remote, 'grpc.openobd.com', 80],
    [remote, 'grpc.openobd.com', 50051],
    [remote, 'grpc.openobd.com', 70_000],
    [remote, 'node.openobd.com', 22],
    [remote, '0x7f000001', 443],
    [remote, '2130706433', 443],
    [remote, '127.1', 443],
    [remote, 'grpc.оpenobd.com', 443],
    [local, 'grpc.openobd.com', 443],
    [local, 'evil.example', 50051],
    [local, '192.168.1.20', 50051],
    [local, '127.0.0.1', undefined],
    [local, '127.0.0.1', 0],
    [local, '127.0.0.1.evil.example', 50051],
    [development, '127.0.0.1', 50051],
    [development, 'localhost', 50051],
    [development, '192.168.1.21', 50051],
    [development, '192.168.1.21', 443],
    [development, 'evil.example', 443],
    [own, 'garage.example', 8443],
    [own, 'other.garage.example', 443],
    [own, 'grpc.openobd.com', 443],
    [own, 'openobd.garage.example', 80],
  ])('gets no token from %o at %s:%s', (controller, grpcEndpoint, grpcPort) => {
    const trusted = trustSessionEndpoint(controller, { grpcEndpoint, grpcPort })
    expect(trusted).toMatchObject({ ok: false, failure: { code: 'endpoint-refused', certainty: 'not-sent' } })
  })

  // @proves Security: A60, A61 a token goes only to hosts that are allowed, in plaintext to this computer only
  it('may be one that the person added, by whole labels and over TLS only', () => {
    const trust = { sessionHosts: ['sessions.example', '10.1.2.3'] }
    const to = (grpcEndpoint: string, grpcPort?: number) => trustSessionEndpoint(own, { grpcEndpoint, grpcPort }, trust)
    expect(to('a.sessions.example')).toMatchObject({ value: { transport: 'tls', port: 443 } })
    expect(to('10.1.2.3')).toMatchObject({ value: { transport: 'tls' } })
    expect(to('xsessions.example').ok).toBe(false)
    expect(to('10.1.2.30').ok).toBe(false)
    expect(to('sessions.example', 8080).ok).toBe(false)
  })
})
