import { Server, ServerCredentials, type ServerDuplexStream, type ServerWritableStream, status } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { IsotpMessage, IsotpMessage__Output } from '../generated/types/openOBD/v1/IsotpMessage.ts'
import type { SessionToken } from '../generated/types/openOBD/v1/SessionToken.ts'
import { Token } from '../token.ts'
import { GrpcChannel } from './grpc-channel.ts'
import { openObdV1 } from './protos.ts'

type Duplex = ServerDuplexStream<IsotpMessage__Output, IsotpMessage>
type Writable = ServerWritableStream<object, SessionToken>

let server: Server
let grpcChannel: GrpcChannel
let onDuplex: (call: Duplex) => void
let onTokens: (call: Writable) => void
let opened: number

const openIsotp = openObdV1.can.service.openIsotpStream
const openTokens = openObdV1.session.service.openSessionTokenStream

beforeEach(async () => {
  opened = 0
  server = new Server()
  const count =
    <Call>(handle: (call: Call) => void) =>
    (call: Call) => {
      opened += 1
      handle(call)
    }
  const isotp = { openIsotpStream: count((call: Duplex) => onDuplex(call)) }
  const session = { openSessionTokenStream: count((call: Writable) => onTokens(call)) }
  server.addService({ openIsotpStream: openIsotp }, isotp)
  server.addService({ openSessionTokenStream: openTokens }, session)
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error)
      else resolve(bound)
    })
  })
  grpcChannel = new GrpcChannel({ host: '127.0.0.1', port, transport: 'plaintext' })
})

afterEach(() => {
  grpcChannel.close()
  server.forceShutdown()
})

const echo = (call: Duplex): void => {
  call.on('data', (message: IsotpMessage__Output) => call.write(message))
  call.on('end', () => call.end())
  call.on('error', () => undefined)
}
const message = (payload: string): IsotpMessage => ({ payload })

describe('GrpcStream', () => {
  it('delivers messages in order as an iteration and says how it ended', async () => {
    onTokens = (call) => {
      for (let index = 0; index < 200; index += 1) call.write({ value: `t${index}` })
      call.end()
    }
    const stream = grpcChannel.serverStream(openTokens, {})
    const values: string[] = []
    for await (const { value } of stream.messages()) values.push(value)
    expect(values).toEqual(Array.from({ length: 200 }, (_none, index) => `t${index}`))
    expect(await stream.ended).toEqual({ kind: 'ended' })
  })

  it('ends with a value when the server fails, after delivering what came before', async () => {
    onTokens = (call) => {
      call.write({ value: 'last words' })
      call.emit('error', { code: status.PERMISSION_DENIED, details: 'no more' })
    }
    const stream = grpcChannel.serverStream(openTokens, {})
    const values: string[] = []
    for await (const { value } of stream.messages()) values.push(value)
    expect(values).toEqual(['last words'])
    expect(await stream.ended).toMatchObject({
      kind: 'failed',
      failure: { code: 'not-allowed-now', detail: 'no more' },
    })
  })

  // @proves Sessions and links: One stream wrapper with error listener and identity; no listener per message
  it('ends with a value, and no uncaught error, when nobody reads it', async () => {
    onDuplex = (call) => call.emit('error', { code: status.UNAVAILABLE, details: 'Connection dropped' })
    const stream = grpcChannel.duplex(openIsotp)
    stream.send(message(''))
    expect(await stream.ended).toMatchObject({ kind: 'failed', failure: { code: 'connection-lost' } })
    expect(stream.send(message('late'))).toBe('over')
  })

  it('takes CANCELLED by the server for a quiet end', async () => {
    onTokens = (call) => call.emit('error', { code: status.CANCELLED, details: 'bye' })
    expect(await grpcChannel.serverStream(openTokens, {}).ended).toEqual({ kind: 'ended' })
  })

  // @proves Sessions and links: Back-pressure on both sides
  it('reads no further while its consumer is busy', async () => {
    let written = 0
    onTokens = (call) => {
      const value = 'x'.repeat(16_384)
      const write = (): void => {
        while (written < 2_000 && call.write({ value })) written += 1
        if (written < 2_000) call.once('drain', write)
      }
      write()
    }
    const stream = grpcChannel.serverStream(openTokens, {})
    let release: () => void = () => undefined
    let seen = 0
    stream.onMessage(() => {
      seen += 1
      if (seen > 1) return undefined
      return new Promise<void>((resolve) => {
        release = resolve
      })
    })
    await vi.waitFor(() => expect(seen).toBe(1))
    let before = -1
    await vi.waitFor(() => {
      const hasStalled = before === written
      before = written
      expect(hasStalled).toBe(true)
    })
    expect(seen).toBe(1)
    expect(written).toBeLessThan(500)
    release()
    await vi.waitFor(() => expect(seen).toBeGreaterThan(1_900), { timeout: 5_000 })
    stream.stop()
  })

  it('caps and counts what it queues for a peer that does not read, and goes on when it does', async () => {
    let resume: () => void = () => undefined
    const received: string[] = []
    onDuplex = (call) => {
      call.pause()
      resume = () => {
        call.on('data', (one: IsotpMessage__Output) => received.push(one.payload))
        call.on('end', () => call.end())
        call.resume()
      }
    }
    const stream = grpcChannel.duplex(openIsotp, { queueLimit: 10 })
    const big = 'AB'.repeat(50_000)
    const outcomes = Array.from({ length: 200 }, () => stream.send(message(big)))
    expect(outcomes).toContain('queued')
    expect(outcomes.at(-1)).toBe('full')
    expect(stream.queued).toBe(10)
    expect(stream.refusedMessages).toBe(outcomes.filter((one) => one === 'full').length)
    await vi.waitFor(() => expect(opened).toBe(1))
    resume()
    await stream.whenWritable()
    expect(await stream.sendWhenWritable(message('FF'))).toBe('sent')
    stream.halfClose()
    expect((await stream.ended).kind).toBe('stopped')
    expect(received).toHaveLength(outcomes.filter((one) => one !== 'full').length + 1)
    expect(received.at(-1)).toBe('FF')
  })

  // @proves Security: A69 a stream is half-closed before it is cancelled
  it('half-closes on stop, before anything is cancelled, and is over for its consumer at once', async () => {
    const ends: string[] = []
    onDuplex = (call) => {
      echo(call)
      call.on('end', () => ends.push('half-closed'))
      call.on('cancelled', () => ends.push('closed'))
    }
    const stream = grpcChannel.duplex(openIsotp)
    const seen: string[] = []
    stream.onMessage(({ payload }) => void seen.push(payload))
    stream.send(message('01'))
    await vi.waitFor(() => expect(seen).toEqual(['01']))
    stream.send(message('02'))
    stream.stop()
    expect([stream.isOver, await stream.ended]).toEqual([true, { kind: 'stopped' }])
    await vi.waitFor(() => expect(ends).toEqual(['half-closed', 'closed']))
    expect(seen).toEqual(['01'])
  })

  it('cancels a server that does not end the stream after the half-close', async () => {
    let isCancelled = false
    onDuplex = (call) => {
      call.on('data', () => undefined)
      call.on('cancelled', () => {
        isCancelled = true
      })
    }
    const stream = grpcChannel.duplex(openIsotp)
    stream.send(message(''))
    await vi.waitFor(() => expect(opened).toBe(1))
    stream.stop(30)
    await vi.waitFor(() => expect(isCancelled).toBe(true))
  })

  // @proves Sessions and links: Half-close before cancel; streams opened and stopped at speed cost nothing
  it('survives 1,500 streams opened and stopped at speed on one connection', async () => {
    onDuplex = echo
    for (let batch = 0; batch < 15; batch += 1) {
      const streams = Array.from({ length: 100 }, () => grpcChannel.duplex(openIsotp))
      for (const stream of streams) stream.send(message('01'))
      for (const stream of streams) stream.stop()
      await vi.waitFor(() => expect(opened).toBe((batch + 1) * 100), { timeout: 5_000 })
    }
    const last = grpcChannel.duplex(openIsotp)
    last.send(message('AA'))
    for await (const { payload } of last.messages()) {
      expect(payload).toBe('AA')
      break
    }
    expect(await last.ended).toEqual({ kind: 'stopped' })
  })

  // @proves Sessions and links: One stream wrapper with error listener and identity; no listener per message
  it('adds no listener per message', async () => {
    onDuplex = echo
    const warnings: string[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning.name)
    process.on('warning', onWarning)
    const stream = grpcChannel.duplex(openIsotp)
    let seen = 0
    stream.onMessage(() => {
      seen += 1
    })
    for (let index = 0; index < 300; index += 1) await stream.sendWhenWritable(message('01'))
    await vi.waitFor(() => expect(seen).toBe(300))
    stream.stop()
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  })

  it('carries the bearer of the moment it was opened and accepts one consumer only', async () => {
    let bearer: unknown
    onTokens = (call) => {
      bearer = call.metadata.get('authorization')[0]
      call.end()
    }
    const stream = grpcChannel.serverStream(openTokens, {}, { token: new Token('session', 'abc') })
    stream.onMessage(() => undefined)
    expect(() => stream.onMessage(() => undefined)).toThrow('one consumer')
    await stream.ended
    expect(bearer).toBe('Bearer abc')
  })
})
