import { readFileSync } from 'node:fs'
import { createServer, type Socket, type Server as TcpServer } from 'node:net'
import { join } from 'node:path'
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import type { TlsProblem } from '../../src/openobd/grpc/tls-failure.ts'
import { Token } from '../../src/openobd/token.ts'
import { bad, good } from './client-bench.ts'

const rpc = openObdV1.sessionController.service.getSessionList
const pem = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'certificates', name))
const authority = pem('authority.pem').toString()

const secured = (name: string, needsClientCertificate = false): ServerCredentials =>
  ServerCredentials.createSsl(
    pem('authority.pem'),
    [{ private_key: pem(`${name}.key`), cert_chain: pem(`${name}.pem`) }],
    needsClientCertificate,
  )

interface Serving {
  readonly port: number
  readonly bearers: unknown[]
  /** Ends it and all its connections at once. */
  readonly stop: () => void
}

/** A server that answers with an empty list and records the received bearers. */
async function serve(credentials: ServerCredentials, onPort = 0): Promise<Serving> {
  const server = new Server()
  const bearers: unknown[] = []
  server.addService(
    { getSessionList: rpc },
    {
      getSessionList: (call: { metadata: { get(key: string): unknown[] } }, reply: sendUnaryData<object>) => {
        bearers.push(call.metadata.get('authorization')[0])
        reply(null, { sessions: [] })
      },
    },
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${onPort}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)))
  })
  onTestFinished(() => server.forceShutdown())
  return { port, bearers, stop: () => server.forceShutdown() }
}

/** Calls as if 127.0.0.1 were a foreign host: with TLS. */
function call(
  port: number,
  transport: 'tls' | 'plaintext' = 'tls',
  extra: readonly string[] = [authority],
  deadlineMs = 20_000,
) {
  const grpcChannel = new GrpcChannel({ host: '127.0.0.1', port, transport }, { authorities: extra })
  onTestFinished(() => grpcChannel.close())
  return grpcChannel.unary(rpc, {}, { token: new Token('controller', 'known-secret'), deadlineMs })
}

describe('TLS', () => {
  // @proves Security: A64 certificates are always checked, against the system and added authorities
  it('carries the bearer to a server that an added authority vouches for', async () => {
    const { port, bearers } = await serve(secured('good'))
    good(await call(port))
    expect(bearers).toEqual(['Bearer known-secret'])
  })

  // @proves Faults: 42 certificate expired, wrong authority; what a person sees: the exact cause, without endless retries
  // @proves Security: A63 failures of TLS are told apart and not retried
  it.each<[string, TlsProblem, readonly string[]]>([
    ['good', 'untrusted-issuer', []],
    ['of-stranger', 'untrusted-issuer', [authority]],
    ['wrong-name', 'wrong-name', [authority]],
    ['expired', 'expired', [authority]],
    ['not-yet-valid', 'not-yet-valid', [authority]],
    ['self-signed', 'self-signed', [authority]],
  ])('is refused with the certificate "%s": %s, and no token is sent', async (name, cause, extra) => {
    const { port, bearers } = await serve(secured(name))
    expect(bad(await call(port, 'tls', extra))).toMatchObject({
      code: 'tls-failed',
      certainty: 'not-sent',
      parameters: { cause },
    })
    expect(bearers).toEqual([])
  })

  // @proves Faults: 42 certificate expired, wrong authority; what a person sees: the exact cause, without endless retries
  it('names a certificate that has expired while the channel was in use, and takes the renewed one', async () => {
    const first = await serve(secured('good'))
    const grpcChannel = new GrpcChannel(
      { host: '127.0.0.1', port: first.port, transport: 'tls' },
      { authorities: [authority] },
    )
    onTestFinished(() => grpcChannel.close())
    const ask = () => grpcChannel.unary(rpc, {}, { token: new Token('controller', 'known-secret') })
    good(await ask())
    first.stop()
    const expired = await serve(secured('expired'), first.port)
    await vi.waitFor(async () =>
      expect(bad(await ask())).toMatchObject({ code: 'tls-failed', parameters: { cause: 'expired' } }),
    )
    expect(expired.bearers).toEqual([])
    expired.stop()
    const renewed = await serve(secured('good'), first.port)
    await vi.waitFor(async () => good(await ask()))
    expect(renewed.bearers.length).toBeGreaterThan(0)
  })

  it('is refused by a server that wants a certificate of ours', async () => {
    const { port, bearers } = await serve(secured('good', true))
    const failure = bad(await call(port))
    expect(['tls-failed', 'connection-lost']).toContain(failure.code)
    expect(bearers).toEqual([])
  })

  it('tells a plaintext server, and never falls back to plaintext', async () => {
    const { port, bearers } = await serve(ServerCredentials.createInsecure())
    const failure = bad(await call(port))
    expect(failure).toMatchObject({ code: 'tls-failed', parameters: { cause: 'server-is-plaintext' } })
    expect(bearers).toEqual([])
  })

  it('is missed by a plaintext client without the token being read', async () => {
    const { port, bearers } = await serve(secured('good'))
    expect(bad(await call(port, 'plaintext')).code).toMatch(/connection-lost|not-an-openobd-service|tls-failed/)
    expect(bearers).toEqual([])
  })
})

// @proves Sessions and links: P5 no bytes of a peer are an uncaught exception
describe('a server that is none', () => {
  const tcp = async (onConnection: (socket: Socket) => void): Promise<number> => {
    const server: TcpServer = createServer(onConnection)
    onTestFinished(() => void server.close())
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(address && typeof address === 'object' ? address.port : 0)
      })
    })
  }

  it.each<[string, Buffer]>([
    ['HTTP/1', Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')],
    ['noise', Buffer.from(Array.from({ length: 4_096 }, (_none, index) => (index * 197 + 31) % 256))],
    ['nothing', Buffer.alloc(0)],
  ])('that answers with %s is a failure within the deadline, never an exception', async (_title, bytes) => {
    const port = await tcp((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => undefined)
      socket.end(bytes)
    })
    for (const transport of ['plaintext', 'tls'] as const) {
      expect(bad(await call(port, transport, [authority], 3_000)).code).toMatch(
        /connection-lost|not-an-openobd-service|timed-out|tls-failed/,
      )
    }
  })
})
