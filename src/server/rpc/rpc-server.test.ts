import { once } from 'node:events'
import { connect } from 'node:net'
import {
  Client,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  type ServiceDefinition,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import { type Logger, pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { type Access, openAccess } from '../access.ts'
import { ManualClock } from '../clock/manual-clock.ts'
import { Gauges } from '../gauges.ts'
import { notFound, permissionDenied, unauthenticated } from '../refusal.ts'
import { bidi, type RpcService, serverStream, unary } from './rpc.ts'
import { RpcHandlers } from './rpc-handlers.ts'
import { RpcServer, type RpcServerSetup } from './rpc-server.ts'
import type { RpcStream } from './rpc-stream.ts'

const asIs = (bytes: Buffer) => bytes
const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/test.v1.echo/${name}`,
  requestStream,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
})
const definition: ServiceDefinition = {
  once: method('once', false, false),
  guarded: method('guarded', false, false),
  breaks: method('breaks', false, false),
  missing: method('missing', false, false),
  many: method('many', true, true),
  held: method('held', false, true),
}

/** A guest book in place of a vault: knows which tokens are welcome. */
const guestAccess: Access<string, ReadonlySet<string>> = {
  authorise(bearer, guests) {
    if (bearer === undefined || !guests.has(bearer)) throw unauthenticated('who is there?')
    return bearer
  },
}

const echo: RpcService = {
  definition,
  rpcs: {
    once: unary(openAccess, (request: Buffer) => request),
    guarded: unary(guestAccess, (_request: Buffer, guest: string) => Buffer.from(guest)),
    breaks: unary(openAccess, () => {
      throw new Error('secret of the implementation')
    }),
    many: bidi<Buffer, Buffer, unknown>(openAccess, (stream) => stream.receive((bytes) => stream.send(bytes))),
    held: serverStream<Buffer, Buffer, string>(guestAccess, (_request, stream) => stream.whenOver()),
  } as RpcService['rpcs'],
}

interface Outcome {
  readonly code: number
  readonly details: string
  readonly body: string
  readonly trailers: Metadata
}

describe('a server', () => {
  const leave: (() => void | Promise<void>)[] = []

  afterEach(async () => {
    for (const part of leave.splice(0).reverse()) await part()
  })

  async function start(forward?: RpcServerSetup['forward']) {
    const gauges = new Gauges<'openStreams'>()
    const logged: string[] = []
    const log: Logger = pino({ level: 'debug', base: null }, { write: (line) => void logged.push(line) })
    const tied = new Map<string, RpcStream<unknown, unknown>>()
    const handlers = new RpcHandlers({
      name: 'kiosk',
      tokens: new Set(['anna', 'ben']),
      gauges,
      log,
      tie: (stream, guest) => {
        tied.set(String(guest), stream)
        return () => tied.delete(String(guest))
      },
    })
    const networkClock = new ManualClock(0)
    const server = new RpcServer({ handlers, services: [echo], networkClock, ...(forward && { forward }) })
    const port = await server.listen(0)
    const stop = async () => {
      const closing = server.close(100)
      await networkClock.advance(100)
      await closing
    }
    leave.push(stop)
    return { server, port, gauges, logged, tied, stop, networkClock }
  }

  function clientOf(port: number, options: object = {}): Client {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.enable_http_proxy': 0,
      'grpc.use_local_subchannel_pool': 1,
      ...options,
    })
    leave.push(() => client.close())
    return client
  }

  /** Calls any rpc with one message. */
  function call(client: Client, path: string, body = 'hello', metadata = new Metadata()): Promise<Outcome> {
    return new Promise((resolve) => {
      const stream = client.makeBidiStreamRequest(path, asIs, asIs, metadata)
      const received: Buffer[] = []
      stream.on('data', (bytes: Buffer) => received.push(bytes))
      stream.on('error', () => undefined)
      stream.on('status', ({ code, details, metadata: trailers }: StatusObject) =>
        resolve({ code, details, trailers, body: String(Buffer.concat(received)) }),
      )
      stream.end(Buffer.from(body))
    })
  }

  const bearer = (token: string, rest: Record<string, string> = {}) => {
    const metadata = new Metadata()
    for (const [key, value] of Object.entries({ authorization: `Bearer ${token}`, ...rest })) metadata.set(key, value)
    return metadata
  }

  it('serves its rpcs and gives each its authorised caller', async () => {
    const { port } = await start()
    const client = clientOf(port)
    expect(await call(client, '/test.v1.echo/once')).toMatchObject({ code: status.OK, body: 'hello' })
    expect(await call(client, '/test.v1.echo/many')).toMatchObject({ code: status.OK, body: 'hello' })
    const anna = await call(client, '/test.v1.echo/guarded', '', bearer('anna'))
    expect(anna).toMatchObject({ code: status.OK, body: 'anna' })
    expect(await call(client, '/test.v1.echo/guarded', '', bearer('eve'))).toMatchObject({
      code: status.UNAUTHENTICATED,
      details: 'who is there?',
    })
  })

  it('says who does not offer an rpc, and who failed, but not why', async () => {
    const { port, logged } = await start()
    const client = clientOf(port)
    expect(await call(client, '/test.v1.echo/missing')).toMatchObject({
      code: status.UNIMPLEMENTED,
      details: '/test.v1.echo/missing is not offered by this kiosk',
    })
    expect(await call(client, '/test.v1.echo/breaks')).toMatchObject({
      code: status.INTERNAL,
      details: 'unexpected kiosk error; see the log',
    })
    expect(logged.join()).toContain('secret of the implementation')
    expect((await call(client, '/test.v1.echo/unheardOf')).code).toBe(status.UNIMPLEMENTED)
  })

  it('ties a stream to its caller for as long as it is open', async () => {
    const { port, tied, gauges } = await start()
    const client = clientOf(port)
    const ended = call(client, '/test.v1.echo/held', '', bearer('anna'))
    await expect.poll(() => tied.has('anna')).toBe(true)
    expect(gauges.read('openStreams')).toBe(1)
    tied.get('anna')?.end(permissionDenied('the party is over'))
    expect(await ended).toMatchObject({ code: status.PERMISSION_DENIED, details: 'the party is over' })
    await expect.poll(() => [tied.size, gauges.read('openStreams')]).toEqual([0, 0])
  })

  it('ends its streams with OK when it closes, and frees its port', async () => {
    const { port, stop, tied } = await start()
    const client = clientOf(port)
    const ended = call(client, '/test.v1.echo/held', '', bearer('ben'))
    await expect.poll(() => tied.has('ben')).toBe(true)
    await stop()
    expect((await ended).code).toBe(status.OK)
    const socket = connect(port, '127.0.0.1')
    await expect(once(socket, 'connect')).rejects.toThrow()
  })

  it('closes a connection that speaks HTTP/1.1', async () => {
    const { port } = await start()
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined).resume()
    socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    await once(socket, 'close')
    expect(socket.bytesRead).toBe(0)
  })

  describe('with a forwarder', () => {
    it('passes rpcs that it does not know on as bytes, with metadata and trailers', async () => {
      const seen: string[] = []
      const { port } = await start((raw) => {
        seen.push(raw.getPath(), String(raw.metadata.get('x-note')[0]))
        raw.on('data', (bytes: Buffer) => raw.write(Buffer.concat([bytes, bytes])))
        raw.on('end', () => {
          const trailers = new Metadata()
          trailers.set('x-trailer', 'there')
          raw.end(trailers)
        })
      })
      const client = clientOf(port)
      const outcome = await call(client, '/later.v9.service/rpc', 'ab', bearer('anybody', { 'x-note': 'kept' }))
      expect(outcome).toMatchObject({ code: status.OK, body: 'abab' })
      expect(outcome.trailers.get('x-trailer')).toEqual(['there'])
      expect(seen).toEqual(['/later.v9.service/rpc', 'kept'])
      expect((await call(client, '/test.v1.echo/once', 'own')).body).toBe('own')
    })

    it('forwards unary calls of generated clients', async () => {
      const { port } = await start((raw) => {
        raw.on('data', (bytes: Buffer) => raw.write(bytes))
        raw.on('end', () => raw.end())
      })
      const Generated = makeGenericClientConstructor({ next: { ...method('next', false, false) } }, 'later')
      const client = new Generated(`127.0.0.1:${port}`, credentials.createInsecure())
      leave.push(() => client.close())
      const reply = await new Promise((resolve, reject) => {
        client.makeUnaryRequest('/test.v1.echo/next', asIs, asIs, Buffer.from('x'), (error, value) =>
          error ? reject(error) : resolve(value),
        )
      })
      expect(String(reply)).toBe('x')
    })

    it('forwards nothing of web pages and nothing under a foreign name', async () => {
      let forwarded = 0
      const { port } = await start((raw) => {
        forwarded += 1
        raw.end()
      })
      const page = bearer('anna', { origin: 'https://evil.example' })
      const rebound = clientOf(port, { 'grpc.default_authority': 'rebound.example' })
      expect((await call(clientOf(port), '/later.v9.service/rpc', '', page)).code).toBe(status.PERMISSION_DENIED)
      expect((await call(rebound, '/later.v9.service/rpc')).code).toBe(status.PERMISSION_DENIED)
      expect(forwarded).toBe(0)
    })

    it('turns what the forwarder throws into a status', async () => {
      const { port } = await start(() => {
        throw notFound('no such session')
      })
      expect(await call(clientOf(port), '/later.v9.service/rpc')).toMatchObject({
        code: status.NOT_FOUND,
        details: 'no such session',
      })
    })
  })
})
