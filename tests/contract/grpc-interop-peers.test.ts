/** Interop cases that gRPC itself has postponed, for our client: faulty peers and new connections. */
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2'
import { createServer, type Server, type Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { GrpcChannel } from '../../src/openobd/grpc/grpc-channel.ts'
import { openObdV1 } from '../../src/openobd/grpc/protos.ts'
import { bad, good, openBench } from './client-bench.ts'

const unary = openObdV1.sessionController.service.getSessionList
const streaming = openObdV1.connectionMonitor.service.openConnectorInformationStream
/** Deadline of a call that the peer's answer must end, in ms. */
const patienceMs = 20_000
/** Deadline of a call that may end by it, in ms. */
const shortMs = 2_000

/** A gRPC message, possibly with a wrong length. */
function framed(content: Uint8Array, announced = content.length, compressed = 0): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(compressed, 0)
  head.writeUInt32BE(announced, 1)
  return Buffer.concat([head, content])
}

interface Answer {
  readonly headers?: Record<string, string | number>
  readonly body?: Uint8Array
  readonly trailers?: Record<string, string>
}

/** Answers a call with these bytes; everything else is correct. */
function answer(stream: ServerHttp2Stream, { headers, body, trailers = { 'grpc-status': '0' } }: Answer): void {
  stream.on('error', () => undefined)
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...headers }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  stream.end(body ?? Buffer.alloc(0))
}

const right: Answer = { body: framed(Buffer.alloc(0)) }
const webPage: Answer = {
  headers: { 'content-type': 'text/html' },
  body: Buffer.from('<!doctype html><title>Sign in</title>'),
  trailers: {},
}
/** Our codes for a peer that does not follow gRPC, and for a broken connection. */
const foreign = /^(not-an-openobd-service|connection-lost|internal)$/

/** Behaviour of a faulty peer, and the code of our failure. */
const abuses: [string, RegExp, (stream: ServerHttp2Stream) => void][] = [
  ['a web page', /^not-an-openobd-service$/, (it) => answer(it, webPage)],
  ['"not found"', /^not-an-openobd-service$/, (it) => answer(it, { headers: { ':status': 404 }, trailers: {} })],
  ['"bad gateway"', /^connection-lost$/, (it) => answer(it, { headers: { ':status': 502 }, trailers: {} })],
  ['no status', foreign, (it) => answer(it, { ...right, trailers: { 'x-none': 'x' } })],
  ['a status that is no number', foreign, (it) => answer(it, { ...right, trailers: { 'grpc-status': 'fine' } })],
  ['a status of a later version', /^internal$/, (it) => answer(it, { ...right, trailers: { 'grpc-status': '99' } })],
  [
    'a text that cannot be decoded',
    /^internal$/,
    (it) => answer(it, { ...right, trailers: { 'grpc-status': '2', 'grpc-message': '%ZZ %E4%' } }),
  ],
  [
    'bytes that are no message',
    /^not-an-openobd-service$/,
    (it) => answer(it, { body: framed(Buffer.alloc(20, 0xff)) }),
  ],
  ['a message of 4 GiB', foreign, (it) => answer(it, { body: framed(Buffer.from('begin'), 0xffff_ffff) })],
  ['"compressed" without an encoding', foreign, (it) => answer(it, { body: framed(Buffer.from('x'), 1, 1) })],
  [
    'an unknown encoding',
    foreign,
    (it) => answer(it, { headers: { 'grpc-encoding': 'pigeon' }, body: framed(Buffer.from('coo'), 3, 1) }),
  ],
  [
    'what is no gzip',
    foreign,
    (it) => answer(it, { headers: { 'grpc-encoding': 'gzip' }, body: framed(Buffer.from('no gzip'), 7, 1) }),
  ],
  [
    'half a message and a reset',
    foreign,
    (it) => {
      it.on('error', () => undefined)
      it.respond({ ':status': 200, 'content-type': 'application/grpc' })
      it.write(framed(Buffer.from('half'), 100).subarray(0, 7), () => it.close(2))
    },
  ],
  [
    'half a message and no connection',
    foreign,
    (it) => {
      it.on('error', () => undefined)
      it.respond({ ':status': 200, 'content-type': 'application/grpc' })
      it.write(framed(Buffer.from('half'), 100).subarray(0, 7), () => it.session?.destroy())
    },
  ],
  [
    'a goodbye',
    foreign,
    (it) => {
      it.on('error', () => undefined)
      it.session?.goaway(11)
      it.session?.destroy()
    },
  ],
]

async function listening(server: Server): Promise<number> {
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return address && typeof address === 'object' ? address.port : 0
}

/** A channel to a peer that answers its first call with `wrong` and later ones correctly. */
async function channelTo(wrong: (stream: ServerHttp2Stream) => void): Promise<GrpcChannel> {
  let calls = 0
  const server = createHttp2Server().on('stream', (stream) => {
    calls += 1
    if (calls === 1) wrong(stream)
    else answer(stream, right)
  })
  server.on('session', (session) => session.on('error', () => undefined))
  return open(await listening(server))
}

function open(port: number): GrpcChannel {
  const grpcChannel = new GrpcChannel({ host: '127.0.0.1', port, transport: 'plaintext' })
  onTestFinished(() => grpcChannel.close())
  return grpcChannel
}

const servedAgain = (grpcChannel: GrpcChannel) =>
  vi.waitFor(async () => expect((await grpcChannel.unary(unary, {})).ok).toBe(true))

describe('a buggy peer that answers with', () => {
  it.each(abuses)('%s makes a unary call fail as %s, and the next one works', async (_title, code, wrong) => {
    const grpcChannel = await channelTo(wrong)
    expect(bad(await grpcChannel.unary(unary, {}, { deadlineMs: patienceMs })).code).toMatch(code)
    await servedAgain(grpcChannel)
  })

  it.each(abuses)('%s makes a stream end as %s, and the next call works', async (_title, code, wrong) => {
    const grpcChannel = await channelTo(wrong)
    const stream = grpcChannel.serverStream(streaming, {})
    stream.onMessage(() => undefined)
    const end = await stream.ended
    expect(end.kind === 'failed' && end.failure.code).toMatch(code)
    await servedAgain(grpcChannel)
  })

  it.each<[string, Answer]>([
    ['no message at all', {}],
    ['two messages instead of one', { body: Buffer.concat([framed(Buffer.alloc(0)), framed(Buffer.alloc(0))]) }],
    ['a message shorter than announced', { body: framed(Buffer.from('short'), 500) }],
  ])('%s makes a unary call fail alone, by its deadline at the latest', async (_title, wrong) => {
    const grpcChannel = await channelTo((stream) => answer(stream, wrong))
    const failure = bad(await grpcChannel.unary(unary, {}, { deadlineMs: shortMs }))
    expect(failure.code).toMatch(/^(not-an-openobd-service|connection-lost|internal|timed-out)$/)
    expect(failure.certainty).toBe('unclear')
    await servedAgain(grpcChannel)
  })

  it.each<[string, Buffer]>([
    ['a frame of no known type', Buffer.from([0, 0, 1, 0xee, 0, 0, 0, 0, 0, 1])],
    ['half of its settings', Buffer.from([0, 0, 6, 4, 0, 0, 0])],
    ['settings that are odd', Buffer.from([0, 0, 3, 4, 0, 0, 0, 0, 0, 1, 2, 3])],
    ['a goodbye at once', Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11])],
    ['a frame of 16 MiB', Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1])],
  ])('%s is a failure within the deadline, never an exception', async (_title, bytes) => {
    const port = await listening(
      createServer((socket: Socket) => {
        socket.on('error', () => undefined).on('data', () => undefined)
        socket.write(bytes)
        onTestFinished(() => void socket.destroy())
      }),
    )
    expect(bad(await open(port).unary(unary, {}, { deadlineMs: 500 })).code).toMatch(
      /^(not-an-openobd-service|connection-lost|timed-out)$/,
    )
  })
})

const bytes = fc.uint8Array({ maxLength: 40 })
/** Answers of a peer, from correct to garbage. */
const randomAnswer = fc.record({
  status: fc.constantFrom(200, 200, 200, 204, 301, 404, 429, 503),
  type: fc.constantFrom('application/grpc', 'application/grpc+proto', 'text/html', ''),
  encoding: fc.constantFrom('identity', 'gzip', 'deflate', 'pigeon'),
  body: fc.oneof(
    bytes,
    fc
      .tuple(bytes, fc.nat(60), fc.nat(2))
      .map(([content, announced, flag]) => framed(content, flag ? announced : content.length, flag)),
  ),
  code: fc.constantFrom('0', '0', '2', '5', '14', '-1', 'x', '4294967296'),
  text: fc.string({ maxLength: 20, unit: fc.constantFrom(...'abc %Zz09') }),
  ending: fc.constantFrom('well', 'well', 'well', 'reset', 'destroy'),
})
type RandomAnswer = typeof randomAnswer extends fc.Arbitrary<infer T> ? T : never

function answerAtRandom(stream: ServerHttp2Stream, random: RandomAnswer): void {
  const headers = { ':status': random.status, 'content-type': random.type, 'grpc-encoding': random.encoding }
  const trailers = { 'grpc-status': random.code, 'grpc-message': random.text }
  // A status without a body has none.
  answer(stream, { headers, trailers, body: random.status === 204 ? Buffer.alloc(0) : random.body })
  if (random.ending === 'reset') stream.close(2)
  else if (random.ending === 'destroy') setImmediate(() => stream.session?.destroy())
}

describe('a peer that answers at random', () => {
  // @proves Faults: 44 garbage, wrong content type, HTTP/1, too much; what a person sees: “not an openOBD service”
  it('2,000 times ends every call with an outcome, and is understood when it comes to its senses', async () => {
    const waiting = fc.sample(randomAnswer, { numRuns: 2_000, seed: 20_261_124 })
    const outcomes = new Set<string>()
    const server = createHttp2Server().on('stream', (stream) => {
      const random = waiting.pop()
      if (random) answerAtRandom(stream, random)
      else answer(stream, right)
    })
    server.on('session', (session) => session.on('error', () => undefined))
    const grpcChannel = open(await listening(server))
    while (waiting.length > 0) {
      const stream = grpcChannel.serverStream(streaming, {})
      stream.onMessage(() => undefined)
      const [outcome, end] = await Promise.all([grpcChannel.unary(unary, {}), stream.ended])
      outcomes.add(outcome.ok ? 'ok' : outcome.failure.code)
      outcomes.add(end.kind === 'failed' ? end.failure.code : end.kind)
    }
    expect([...outcomes]).toEqual(expect.arrayContaining(['ok', 'ended', 'not-an-openobd-service', 'connection-lost']))
    await servedAgain(grpcChannel)
  })
})

describe('a transport that fails', () => {
  it('again and again is made anew once each time, and the same token goes on', async () => {
    const { controller, proxy, judge } = await openBench()
    good(await controller.getSessionList())
    for (const connections of [2, 3, 4, 5]) {
      proxy.resetAll()
      await vi.waitFor(async () => good(await controller.getSessionList()))
      expect(proxy.counts.connections).toBe(connections)
    }
    await judge.settled()
    expect(judge.calls('sessionController/getSessionControllerToken')).toHaveLength(1)
  })

  it('while a large answer is on its way fails that call only', async () => {
    const { controller, proxy, judge } = await openBench()
    good(await controller.getSessionList())
    await judge.fault({ rpc: 'sessionController/getSessionList', apply: 'after', delayMs: 60_000 })
    const lost = controller.getSessionList()
    await vi.waitFor(() => expect(judge.calls('sessionController/getSessionList')).toHaveLength(2))
    proxy.resetAll()
    expect(bad(await lost)).toMatchObject({ code: 'connection-lost', certainty: 'unclear' })
    await vi.waitFor(async () => good(await controller.getSessionList()))
  })

  it('by a peer that is away tells every call at once, and works as soon as the peer is back', async () => {
    const { controller, proxy } = await openBench()
    good(await controller.getSessionList())
    await proxy.setMode('refuse')
    await vi.waitFor(async () => expect(bad(await controller.getSessionList()).certainty).toBe('not-sent'))
    await proxy.setMode('pass')
    await vi.waitFor(async () => good(await controller.getSessionList()))
    expect(proxy.counts.connections).toBe(2)
  })
})
