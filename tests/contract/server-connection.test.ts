import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type ConnectionStatus, ServerConnection } from '../../src/main/services/server-connection.ts'
import { systemClock } from '../../src/openobd/clock.ts'
import type { TrustedEndpoint } from '../../src/openobd/grpc/endpoint.ts'
import type { ConnectionCause } from '../../src/shared/connection-cause.ts'
import type { FailureCode } from '../../src/shared/outcome.ts'

const pem = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'certificates', name))
const identity = (name: string) => ({ key: pem(`${name}.key`), cert: pem(`${name}.pem`) })

interface Running {
  readonly port: number
  readonly connections: () => number
}

async function running(server: Server): Promise<Running> {
  let count = 0
  server.on('connection', (socket) => {
    count += 1
    socket.on('error', () => undefined)
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, connections: () => count }
}

async function grpcServer(credentials: ServerCredentials): Promise<Running> {
  const server = new GrpcServer()
  onTestFinished(() => server.forceShutdown())
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)))
  })
  return { port, connections: () => 0 }
}

const secured = (name: string): ServerCredentials =>
  ServerCredentials.createSsl(null, [{ private_key: pem(`${name}.key`), cert_chain: pem(`${name}.pem`) }], false)

function connect(port: number, transport: TrustedEndpoint['transport']) {
  const statuses: ConnectionStatus[] = []
  const connection = new ServerConnection({
    endpoint: { host: '127.0.0.1', port, transport },
    credentials: () => ({ clientId: 'partner', clientSecret: 'CANARY', clusterId: '001' }),
    clock: systemClock,
    random: Math.random,
    route: { authorities: [pem('authority.pem').toString()] },
    onStatus: (status) => void statuses.push(status),
    onEvent: () => undefined,
  })
  onTestFinished(() => connection.stop())
  connection.start()
  const failed = () =>
    vi.waitFor(() => expect(statuses.at(-1)?.status).toBe('failed'), { timeout: 20_000, interval: 20 })
  return { connection, statuses, failed }
}

const servers: Readonly<Record<string, () => Promise<Running>>> = {
  'an expired certificate': () => grpcServer(secured('expired')),
  'a certificate it signed itself': () => grpcServer(secured('self-signed')),
  'a certificate of a stranger': () => grpcServer(secured('of-stranger')),
  'a certificate for another name': () => grpcServer(secured('wrong-name')),
  'old TLS only': () =>
    running(
      createTlsServer({ ...identity('good'), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }),
    ),
  'plaintext only': () => grpcServer(ServerCredentials.createInsecure()),
  'TLS only': () => grpcServer(secured('good')),
  'TLS of a stranger only': () => grpcServer(secured('of-stranger')),
  'HTTP/1': () => running(createHttpServer((_request, response) => response.end('hello'))),
  'HTTP/1 over TLS': () => running(createHttpsServer(identity('good'), (_request, response) => response.end('hello'))),
  'HTTP/1 over TLS without a choice of protocols': () =>
    running(createTlsServer(identity('good'), (socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'))),
}

describe('a server that cannot be reached', () => {
  // @proves Faults: 44 garbage, wrong content type, HTTP/1, too much; what a person sees: “not an openOBD service”
  // @proves Security: A63 failures of TLS are told apart and not retried
  it.each<[string, TrustedEndpoint['transport'], FailureCode, ConnectionCause]>([
    ['an expired certificate', 'tls', 'tls-failed', 'expired'],
    ['a certificate it signed itself', 'tls', 'tls-failed', 'self-signed'],
    ['a certificate of a stranger', 'tls', 'tls-failed', 'untrusted-issuer'],
    ['a certificate for another name', 'tls', 'tls-failed', 'wrong-name'],
    ['old TLS only', 'tls', 'tls-failed', 'protocol-mismatch'],
    ['plaintext only', 'tls', 'tls-failed', 'server-is-plaintext'],
    ['TLS only', 'plaintext', 'not-an-openobd-service', 'server-is-tls'],
    ['TLS of a stranger only', 'plaintext', 'not-an-openobd-service', 'server-is-tls'],
    ['HTTP/1', 'plaintext', 'not-an-openobd-service', 'http-1'],
    ['HTTP/1 over TLS', 'tls', 'not-an-openobd-service', 'http-1'],
    ['HTTP/1 over TLS without a choice of protocols', 'tls', 'not-an-openobd-service', 'http-1'],
  ])('because it has %s, on a %s connection: %s, %s', { timeout: 30_000 }, async (kind, transport, code, cause) => {
    const server = await servers[kind]?.()
    const { statuses, failed } = connect(server?.port ?? 0, transport)
    await failed()
    expect(statuses.at(-1)?.failure).toMatchObject({ code, parameters: { cause } })
  })

  // @proves Faults: 42 certificate expired, wrong authority; what a person sees: the exact cause, without endless retries
  it.each(['old TLS only', 'HTTP/1 over TLS'])(
    'because it has %s is not tried again until somebody asks',
    { timeout: 30_000 },
    async (kind) => {
      const server = await servers[kind]?.()
      const { connection, failed, statuses } = connect(server?.port ?? 0, 'tls')
      await failed()
      expect(connection.controller.grpcChannel.state).toBe('idle')
      const before = server?.connections() ?? 0
      await pause(3_000)
      // grpc-js makes the one attempt whose back-off has begun.
      expect((server?.connections() ?? 0) - before).toBeLessThanOrEqual(1)
      const rested = server?.connections() ?? 0
      const told = statuses.length
      connection.retryNow()
      await vi.waitFor(() => expect(statuses.length).toBeGreaterThan(told + 1), { timeout: 20_000, interval: 20 })
      expect(server?.connections()).toBeGreaterThan(rested)
      expect(statuses.at(-1)?.status).toBe('failed')
    },
  )
})
