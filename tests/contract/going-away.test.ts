/** Servers that close a connection on purpose, and names that lead elsewhere. */
import { promises as dns } from 'node:dns'
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import {
  Client,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../src/openobd/clock.ts'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import { Heartbeat, type Liveness } from '../../src/openobd/session/heartbeat.ts'
import { SessionCalls } from '../../src/openobd/session/session-calls.ts'
import { Token } from '../../src/openobd/token.ts'
import { bad, good } from './client-bench.ts'

const list = openObdV1.sessionController.service.getSessionList
const ticks = openObdV1.connectionMonitor.service.openConnectorInformationStream
const tickMs = 20

/** A server that ticks on every stream and gives its connections away after an age; `peers` are the callers of unary calls. */
async function servingFor(ageMs: number, graceMs: number): Promise<{ port: number; peers: string[] }> {
  const server = new Server({ 'grpc.max_connection_age_ms': ageMs, 'grpc.max_connection_age_grace_ms': graceMs })
  const peers: string[] = []
  server.addService(
    { getSessionList: list, openConnectorInformationStream: ticks },
    {
      getSessionList: (call: ServerUnaryCall<object, object>, reply: sendUnaryData<object>) => {
        peers.push(call.getPeer())
        reply(null, { sessions: [] })
      },
      openConnectorInformationStream: (call: ServerWritableStream<object, object>) => {
        const timer = setInterval(() => call.write({ connected: true, healthy: true }), tickMs)
        call.on('close', () => clearInterval(timer))
        call.on('error', () => clearInterval(timer))
      },
    },
  )
  onTestFinished(() => server.forceShutdown())
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  return { port, peers }
}

function open(port: number, host = '127.0.0.1', more: object = {}): GrpcChannel {
  const grpcChannel = new GrpcChannel({ host, port, transport: 'plaintext' }, {}, (address, trust, options) => {
    return new Client(address, trust, { ...options, ...more })
  })
  onTestFinished(() => grpcChannel.close())
  return grpcChannel
}

describe('a server that gives its connections away in a friendly manner', () => {
  // @proves Faults: 18 GOAWAY of a deploy; what a person sees: nothing, because new calls go to the new connection before the old one ends
  it('gets new calls on a new connection while the streams of the old one go on, and no call fails', async () => {
    const { port, peers } = await servingFor(200, 600_000)
    const grpcChannel = open(port)
    let seen = 0
    const old = grpcChannel.serverStream(ticks, {})
    old.onMessage(() => {
      seen += 1
    })
    let isOver = false
    void old.ended.then(() => {
      isOver = true
    })
    const failures: unknown[] = []
    await vi.waitFor(async () => {
      const outcome = await grpcChannel.unary(list, {})
      if (!outcome.ok) failures.push(outcome.failure)
      expect(new Set(peers).size).toBe(2)
    })
    expect(failures).toEqual([])
    const before = seen
    await vi.waitFor(() => expect(seen).toBeGreaterThan(before + 3))
    expect(isOver).toBe(false)
    old.stop()
  })

  // @proves Faults: 18 GOAWAY of a deploy; what a person sees: nothing, because new calls go to the new connection before the old one ends
  it('and cuts what is left costs a session no more than a reopened stream', async () => {
    const { port } = await servingFor(150, 150)
    const tokens = { current: () => new Token('session', 'one'), replace: () => Promise.resolve(undefined) }
    const seen: Liveness[] = []
    let reopened = 0
    const calls = new SessionCalls(open(port), tokens)
    const heartbeat = new Heartbeat({
      clock: systemClock,
      random: Math.random,
      calls: {
        serverStream: (method, request) => {
          reopened += 1
          return calls.serverStream(method, request)
        },
      },
      onLiveness: (liveness) => seen.push(liveness),
    })
    onTestFinished(() => heartbeat.stop())
    heartbeat.start()
    await vi.waitFor(() => expect(reopened).toBeGreaterThanOrEqual(3))
    await vi.waitFor(() => expect(heartbeat.liveness).toBe('live'))
    expect(seen).not.toContain('lost')
  })
})

/** A peer of HTTP/2 that answers every call with an empty message and notes when it was pinged, by connection. */
async function pinged(): Promise<{ port: number; sessions: { session: ServerHttp2Session; pingedAtMs: number[] }[] }> {
  const sessions: { session: ServerHttp2Session; pingedAtMs: number[] }[] = []
  const server: Http2Server = createHttp2Server()
  server.on('session', (session) => {
    const pingedAtMs: number[] = []
    sessions.push({ session, pingedAtMs })
    session.on('error', () => undefined)
    session.on('ping', () => void pingedAtMs.push(performance.now()))
  })
  server.on('stream', (stream) => {
    stream.on('error', () => undefined)
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(Buffer.alloc(5))
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    for (const { session } of sessions) session.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, sessions }
}

describe('a server that calls our pings too many', () => {
  // @proves Faults: 19 GOAWAY too_many_pings; what a person sees: nothing; the pings become half as frequent
  it('is pinged half as often on the next connection, and calls go on', async () => {
    const { port, sessions } = await pinged()
    const everyMs = 150
    const grpcChannel = open(port, '127.0.0.1', { 'grpc.keepalive_time_ms': everyMs })
    good(await grpcChannel.unary(list, {}))
    await vi.waitFor(() => expect(sessions[0]?.pingedAtMs.length).toBeGreaterThanOrEqual(2))
    // ENHANCE_YOUR_CALM, as servers of gRPC send it (gRPC A8).
    sessions[0]?.session.goaway(11, 0, Buffer.from('too_many_pings'))
    sessions[0]?.session.close()
    await vi.waitFor(async () => {
      good(await grpcChannel.unary(list, {}))
      expect(sessions.length).toBe(2)
    })
    await vi.waitFor(() => expect(sessions[1]?.pingedAtMs.length).toBeGreaterThanOrEqual(4))
    const pings = sessions[1]?.pingedAtMs ?? []
    // A slow computer makes single gaps shorter, but not four pings together.
    const perPing = ((pings.at(-1) ?? 0) - (pings[0] ?? 0)) / (pings.length - 1)
    expect(perPing).toBeGreaterThan(1.5 * everyMs)
    good(await grpcChannel.unary(list, {}))
  })
})

describe('a host name', () => {
  const named = 'diagnosis.example'

  // @proves Faults: 43 DNS fails, or moves; what a person sees: reconnecting, with the cause
  it('that no name server knows is asked for again, and nothing is sent before it is found', async () => {
    const lookup = vi.spyOn(dns, 'lookup')
    onTestFinished(() => lookup.mockRestore())
    lookup.mockRejectedValue(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }))
    const { port } = await servingFor(600_000, 600_000)
    const grpcChannel = open(port, named)
    expect(bad(await grpcChannel.unary(list, {}))).toMatchObject({ code: 'connection-lost', certainty: 'not-sent' })
    lookup.mockResolvedValue([{ address: '127.0.0.1', family: 4 }] as never)
    await vi.waitFor(async () => good(await grpcChannel.unary(list, {})))
    expect(lookup.mock.calls.every(([name]) => name === named)).toBe(true)
  })

  // @proves Faults: 43 DNS fails, or moves; what a person sees: reconnecting, with the cause
  it('that moves to another address is followed', async () => {
    const lookup = vi.spyOn(dns, 'lookup')
    onTestFinished(() => lookup.mockRestore())
    // Nobody listens at the first address.
    lookup.mockResolvedValue([{ address: '127.0.0.3', family: 4 }] as never)
    const { port } = await servingFor(600_000, 600_000)
    const grpcChannel = open(port, named, { 'grpc.dns_min_time_between_resolutions_ms': 50 })
    expect(bad(await grpcChannel.unary(list, {})).certainty).toBe('not-sent')
    lookup.mockResolvedValue([{ address: '127.0.0.1', family: 4 }] as never)
    await vi.waitFor(async () => good(await grpcChannel.unary(list, {})))
  })
})
