import { PassThrough } from 'node:stream'
import { type ChannelCredentials, connectivityState, Metadata, type ServiceError } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { Token } from '../token.ts'
import { type ChannelState, type CreateClient, channelOptions, GrpcChannel } from './grpc-channel.ts'
import { openObdV1 } from './protos.ts'

type Done = (error: ServiceError | null, response?: object) => void

const remote = { host: 'grpc.test', port: 443, transport: 'tls' } as const
const local = { host: '127.0.0.1', port: 50_051, transport: 'plaintext' } as const
const token = new Token('session', 'known-secret')
const { getSessionList } = openObdV1.sessionController.service
const { openIsotpStream } = openObdV1.can.service

/** A channel whose client is played; nothing is sent. */
function setUp(endpoint: typeof remote | typeof local = local) {
  const clients: { address: string; options: object; trust: ChannelCredentials; isClosed: boolean }[] = []
  const calls: { kind: string; args: unknown[]; done?: Done }[] = []
  let state = connectivityState.IDLE
  let onReady: (deadline: number | Date, callback: (error?: Error) => void) => void = (_deadline, done) => done()
  const create = ((address: string, trust: ChannelCredentials, options: object) => {
    const client = { address, options, trust, isClosed: false }
    clients.push(client)
    const stream = (kind: string, done?: number) => {
      return (...args: unknown[]) => {
        calls.push({ kind, args, ...(done === undefined ? {} : { done: args[done] as Done }) })
        return Object.assign(new PassThrough({ objectMode: true }), { cancel: () => undefined })
      }
    }
    return {
      makeUnaryRequest: stream('unary', 6),
      makeServerStreamRequest: stream('serverStream'),
      makeBidiStreamRequest: stream('duplex'),
      makeClientStreamRequest: stream('clientStream', 5),
      waitForReady: (deadline: number, callback: (error?: Error) => void) => onReady(deadline, callback),
      getChannel: () => ({ getConnectivityState: () => state }),
      close: () => {
        client.isClosed = true
      },
    }
  }) as unknown as CreateClient
  const grpcChannel = new GrpcChannel(endpoint, {}, create)
  return {
    grpcChannel,
    clients,
    calls,
    become: (next: connectivityState) => {
      state = next
    },
    whenReady: (wait: typeof onReady) => {
      onReady = wait
    },
  }
}

const statusOf = (code: number, details: string): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata: new Metadata() })

describe('the connection of a channel', () => {
  it.each<[keyof typeof connectivityState, ChannelState]>([
    ['IDLE', 'idle'],
    ['CONNECTING', 'connecting'],
    ['READY', 'ready'],
    ['TRANSIENT_FAILURE', 'failing'],
    ['SHUTDOWN', 'closed'],
  ])('that grpc-js calls %s is %s', (name, expected) => {
    const { grpcChannel, become } = setUp()
    become(connectivityState[name] as connectivityState)
    expect(grpcChannel.state).toBe(expected)
  })

  it('goes to the address of its endpoint, with the options of every channel', () => {
    const { clients } = setUp()
    expect(clients).toMatchObject([{ address: '127.0.0.1:50051', options: channelOptions(local) }])
    expect(channelOptions(local)).toMatchObject({ 'grpc.enable_http_proxy': 0, 'grpc.use_local_subchannel_pool': 1 })
    expect(clients[0]?.trust._isSecure()).toBe(false)
    expect(setUp(remote).clients[0]?.trust._isSecure()).toBe(true)
  })

  it('is given up to rest, and made again by the next use', () => {
    const { grpcChannel, clients } = setUp()
    grpcChannel.rest()
    grpcChannel.rest()
    expect([clients[0]?.isClosed, clients.length, grpcChannel.state]).toEqual([true, 1, 'idle'])
    grpcChannel.serverStream(getSessionList, {})
    grpcChannel.serverStream(getSessionList, {})
    expect(clients.map(({ isClosed }) => isClosed)).toEqual([true, false])
  })

  it('is over once it was closed: nothing connects any more', async () => {
    const { grpcChannel, clients, calls } = setUp()
    grpcChannel.close()
    grpcChannel.close()
    expect([clients[0]?.isClosed, grpcChannel.state, await grpcChannel.connect()]).toEqual([true, 'closed', false])
    expect(await grpcChannel.unary(getSessionList, {})).toMatchObject({
      failure: { code: 'connection-lost', certainty: 'not-sent', rpc: 'sessionController/getSessionList' },
    })
    expect(calls).toEqual([])
    const rested = setUp()
    rested.grpcChannel.rest()
    rested.grpcChannel.close()
    expect(rested.grpcChannel.state).toBe('closed')
  })

  it('is waited for as long as that is allowed', async () => {
    const { grpcChannel, whenReady } = setUp()
    const limits: number[] = []
    whenReady((deadline, callback) => {
      limits.push(Math.round((Number(deadline) - Date.now()) / 1000))
      callback(limits.length > 1 ? new Error('late') : undefined)
    })
    expect([await grpcChannel.connect(), await grpcChannel.connect(60_000)]).toEqual([true, false])
    expect(limits).toEqual([5, 60])
  })
})

describe('the options of a channel through a proxy', () => {
  it('name the server for TLS and requests, and sign in only where a user is known', () => {
    const through = (more: object) => channelOptions(remote, { host: 'proxy.test', port: 8080, ...more })
    expect(through({})).toEqual({
      ...channelOptions(remote),
      'grpc.http_connect_target': 'dns:grpc.test:443',
      'grpc.default_authority': 'grpc.test:443',
    })
    expect(through({ user: 'u', password: 'p' })).toMatchObject({ 'grpc.http_connect_creds': 'u:p' })
    expect(through({ user: 'u' })).toMatchObject({ 'grpc.http_connect_creds': 'u:' })
  })
})

describe('a unary call', () => {
  it('resolves with the response, or with the failure of its rpc', async () => {
    const { grpcChannel, calls } = setUp()
    const good = grpcChannel.unary(getSessionList, {}, { token })
    const bad = grpcChannel.unary(getSessionList, {}, { token })
    const empty = grpcChannel.unary(getSessionList, {}, { token })
    calls[0]?.done?.(null, { sessions: [] })
    calls[1]?.done?.(statusOf(5, 'no known-secret here'))
    calls[2]?.done?.(null)
    expect(await good).toEqual({ ok: true, value: { sessions: [] } })
    expect(await bad).toMatchObject({ failure: { code: 'not-found', detail: 'no … here' } })
    expect(await empty).toMatchObject({ failure: { code: 'internal', certainty: 'unclear' } })
    expect(calls[0]?.args.slice(0, 4)).toEqual([
      getSessionList.path,
      getSessionList.requestSerialize,
      getSessionList.responseDeserialize,
      {},
    ])
  })

  it('without a token carries no bearer', () => {
    const { grpcChannel, calls } = setUp()
    void grpcChannel.unary(getSessionList, {})
    const [, , , , metadata, options] = calls[0]?.args ?? []
    expect((metadata as Metadata).get('authorization')).toEqual([])
    expect(options).toEqual({ deadline: expect.any(Number) })
  })
})

describe('a stream', () => {
  it('from the server waits for the connection and has a bearer, but no deadline', () => {
    const { grpcChannel, calls } = setUp()
    grpcChannel.serverStream(getSessionList, { a: 1 } as object, { token })
    const [path, , , request, metadata, options] = calls[0]?.args ?? []
    expect([path, request, options]).toEqual([getSessionList.path, { a: 1 }, {}])
    expect((metadata as Metadata).getOptions()).toMatchObject({ waitForReady: true })
    expect((metadata as Metadata).get('authorization')).toEqual(['Bearer known-secret'])
  })

  it('in both directions does not wait, and keeps to its queue limit', () => {
    const { grpcChannel, calls } = setUp()
    const stream = grpcChannel.duplex(openIsotpStream, { token, queueLimit: 1 })
    const [path, , , metadata, options] = calls[0]?.args ?? []
    expect([path, options]).toEqual([openIsotpStream.path, {}])
    expect((metadata as Metadata).getOptions().waitForReady).toBeFalsy()
    expect(stream).toBeDefined()
  })

  it('to the server has one reply, and a deadline only when one is named', async () => {
    const { grpcChannel, calls } = setUp()
    const open = (settings = {}) => grpcChannel.clientStream(openIsotpStream, settings)
    const replies = [open({ token, deadlineMs: 70_000 }), open(), open()].map(({ reply }) => reply)
    const deadlines = calls.map(({ args }) => (args[4] as { deadline?: number }).deadline)
    expect(Math.round(((deadlines[0] ?? 0) - Date.now()) / 10_000)).toBe(7)
    expect(deadlines.slice(1)).toEqual([undefined, undefined])
    calls[0]?.done?.(statusOf(5, 'no known-secret here'))
    calls[1]?.done?.(null, { value: 1 })
    calls[2]?.done?.(null)
    expect(await Promise.all(replies)).toMatchObject([
      { ok: false, failure: { code: 'not-found', rpc: 'can/openIsotpStream', detail: 'no … here' } },
      { ok: true, value: { value: 1 } },
      { ok: false, failure: { code: 'internal' } },
    ])
  })
})
