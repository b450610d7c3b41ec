import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import { createConnection } from 'node:net'
import type { Client } from '@grpc/grpc-js'
import { Metadata, status } from '@grpc/grpc-js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openObdV1, packageDefinition } from '../../openobd/grpc/protos.ts'
import { EngineUnderTest, eventually } from '../testing/engine-under-test.ts'

const cases = 10_000
const casesPerEngine = 2500

interface Method {
  readonly path: string
  readonly requestStream: boolean
  readonly responseStream: boolean
}

/** After this time a call that does not end by itself is cancelled. */
const patienceMs = { 'half-close': 30, 'cancel later': 3, leave: 30 }

const isMethod = (value: unknown): value is Method => typeof value === 'object' && value !== null && 'path' in value

/** All rpcs except those of the clock, because moving it would end what the other cases need. */
const methods = Object.values(packageDefinition)
  .flatMap((definition) => Object.values(definition).filter(isMethod))
  .filter(({ path }) => !path.endsWith('/advanceClock'))

/** Rpcs that a session token opens before the first whole message has arrived. */
const requestStreams = methods
  .filter(({ path, requestStream }) => requestStream && !path.includes('functionBroker'))
  .map(({ path }) => path)

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))

/** Bytes similar to a message: fields with plausible numbers and types, and garbage. */
const payload = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  bytes(64),
  fc
    .array(fc.tuple(fc.nat(12), fc.constantFrom(0, 2), bytes(12)), { maxLength: 6 })
    .map((fields) =>
      Buffer.concat(
        fields.flatMap(([number, type, content]) =>
          type === 0
            ? [Buffer.from([number * 8, content[0] ?? 0])]
            : [Buffer.from([number * 8 + 2, content.length]), content],
        ),
      ),
    ),
)

/** Metadata beside the token: any key and value that HTTP/2 carries, another token, bytes. */
const extraMetadata = fc.array(
  fc.oneof(
    fc.tuple(
      fc.stringMatching(/^[a-z0-9_.-]{1,20}$/).filter((key) => !key.endsWith('-bin') && !key.startsWith('grpc-')),
      fc.string({ maxLength: 60, unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
    ),
    fc.tuple(fc.constantFrom('trace-bin', 'x-bin'), bytes(80)),
    fc.tuple(fc.constant('authorization'), fc.constantFrom('Bearer', 'Bearer None', 'Basic eDp5', 'bearer  x', '')),
    fc.tuple(fc.constant('origin'), fc.constantFrom('null', 'https://garage.example')),
  ),
  { maxLength: 4 },
)

const oneCase = fc.record({
  method: fc.nat(methods.length - 1),
  payloads: fc.array(payload, { maxLength: 4 }),
  token: fc.constantFrom('none', 'rubbish', 'controller', 'authentication', 'session', 'monitor', 'broker'),
  extra: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: extraMetadata }),
  rubbish: fc.string({ maxLength: 40, unit: fc.constantFrom(...'abcXYZ019-_ .') }),
  ending: fc.constantFrom('half-close', 'cancel', 'cancel later', 'leave'),
})
type Case = typeof oneCase extends fc.Arbitrary<infer T> ? T : never

/** Sends raw bytes to an rpc; resolves with the status in the end. */
function send(client: Client, one: Case, tokens: Readonly<Record<string, string>>): Promise<number> {
  const method = methods[one.method]
  if (method === undefined) throw new Error('There is no such method.')
  const metadata = new Metadata()
  const token = one.token === 'rubbish' ? one.rubbish : tokens[one.token]
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
  for (const [key, value] of one.extra) metadata.add(key, value)
  const asIs = (buffer: Buffer) => buffer
  return new Promise((resolve) => {
    const call = client.makeBidiStreamRequest(method.path, asIs, asIs, metadata)
    call.on('error', () => undefined)
    call.on('status', ({ code }) => resolve(code))
    call.resume()
    const isUnary = !method.requestStream && one.ending === 'half-close'
    for (const part of isUnary ? [one.payloads[0] ?? Buffer.alloc(0)] : one.payloads) call.write(part)
    if (one.ending === 'half-close') call.end()
    if (one.ending === 'cancel') setImmediate(() => call.cancel())
    else if (one.ending !== 'half-close' || method.responseStream)
      setTimeout(() => call.cancel(), patienceMs[one.ending])
  })
}

/** Opens a call and sends half of a message that was announced longer. */
function beginMessage(connection: ClientHttp2Session, path: string, token: string, body: Buffer): void {
  const authorization = `Bearer ${token}`
  const call = connection.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    authorization,
  })
  call.on('error', () => undefined)
  const head = Buffer.alloc(5)
  head.writeUInt32BE(body.length + 10, 1)
  call.write(Buffer.concat([head, body]))
}

async function makeTokens(test: EngineUnderTest): Promise<Readonly<Record<string, string>>> {
  const { clientId, clientSecret, clusterId } = test.engine.credentials
  const credentials = { client_id: clientId, client_secret: clientSecret, cluster_id: clusterId }
  const controller = await test.controllerToken()
  const { startSessionOnTicket } = openObdV1.sessionController.service
  const unclaimed = await test.call(startSessionOnTicket, { value: '7848112' }, controller)
  const parent = await test.call(startSessionOnTicket, { value: '7848131' }, controller)
  const child = await test.call(openObdV1.function.service.startFunctionContext, {}, parent.authentication_token)
  return {
    controller,
    broker: (await test.call(openObdV1.functionBroker.service.getFunctionBrokerToken, credentials)).value,
    monitor: child.monitor_token,
    authentication: unclaimed.authentication_token,
    session: (await test.claimed('7848095')).token,
  }
}

/** Timers on both clocks; the cars get time to become idle. */
function pendingTimers({ engine }: EngineUnderTest) {
  return { session: engine.clocks.session.pendingTimers, bus: engine.clocks.bus.pendingTimers }
}

// @proves Sessions and links: P5 no bytes of a peer are an uncaught exception
describe('the engine under rubbish', () => {
  // @proves The whole protocol: Ten thousand cases of rubbish: no crash, no session, stream or timer left
  it(`survives ${cases} calls with random bytes, tokens and endings, and keeps nothing of them`, async () => {
    const seen = new Set<number>()
    for (let done = 0; done < cases; done += casesPerEngine) {
      await using test = await EngineUnderTest.start()
      const before = pendingTimers(test)
      const tokens = await makeTokens(test)
      const client = test.connect()
      const sample = fc.sample(oneCase, { numRuns: casesPerEngine, seed: 20_261_122 + done })
      for (let index = 0; index < sample.length; index += 50)
        for (const code of await Promise.all(sample.slice(index, index + 50).map((one) => send(client, one, tokens))))
          seen.add(code)
      client.close()
      const { engine } = test
      await eventually(() => engine.gauges.read('openStreams') === 0, 'no stream is open')
      for (const session of engine.sessions.open) session.end('interrupted', 'the test is over')
      engine.faults.clear('')
      expect(engine.gauges.read('promptsOnDisplay')).toBe(0)
      expect(engine.gauges.read('configuredBuses')).toBe(0)
      expect(engine.gauges.read('openChannels')).toBe(0)
      await test.advance(24 * 3600)
      expect(pendingTimers(test)).toEqual(before)
      expect(engine.sessions.retrievable).toEqual([])
      expect((await test.controllerToken()).length).toBeGreaterThan(40)
    }
    const expected = [
      status.OK,
      status.INVALID_ARGUMENT,
      status.UNAUTHENTICATED,
      status.CANCELLED,
      status.UNIMPLEMENTED,
    ]
    expect([...seen]).toEqual(expect.arrayContaining(expected))
    expect([...seen]).not.toContain(status.UNKNOWN)
  }, 120_000)

  it('keeps nothing of streams whose connection dies in the middle of a message', async () => {
    await using test = await EngineUnderTest.start()
    const tokens = await makeTokens(test)
    const streams = test.engine.gauges.read('openStreams')
    const sample = fc.sample(oneCase, { numRuns: 300, seed: 20_261_124 })
    for (let index = 0; index < sample.length; index += 20) {
      const socket = createConnection(test.engine.endpoint.port, '127.0.0.1')
      const connection = connect('http://127.0.0.1', { createConnection: () => socket })
      connection.on('error', () => undefined)
      await once(connection, 'connect')
      for (const one of sample.slice(index, index + 20)) {
        const path = methods[one.method]?.path ?? ''
        beginMessage(connection, path, tokens[one.token] ?? one.rubbish, one.payloads[0] ?? Buffer.alloc(0))
      }
      for (const path of requestStreams) beginMessage(connection, path, tokens.session ?? '', Buffer.from([1]))
      await eventually(
        () => test.engine.gauges.read('openStreams') >= streams + requestStreams.length,
        'the streams are open',
      )
      socket.resetAndDestroy()
      await eventually(() => test.engine.gauges.read('openStreams') === streams, 'the streams are gone')
    }
    expect(test.engine.gauges.read('openChannels')).toBe(0)
    expect(test.engine.gauges.read('promptsOnDisplay')).toBe(0)
    expect(await test.controllerToken()).not.toBe('')
  })

  it('says INTERNAL to bytes that are no message, and nothing about itself', async () => {
    await using test = await EngineUnderTest.start()
    const details = await new Promise<{ code: number; details: string }>((resolve) => {
      const call = test.client.makeBidiStreamRequest(
        '/openOBD.v1.sessionController/getSessionControllerToken',
        (buffer: Buffer) => buffer,
        (buffer: Buffer) => buffer,
        new Metadata(),
      )
      call.on('status', resolve).on('error', () => undefined)
      call.end(Buffer.from([0x0a, 0xff]))
    })
    expect(details).toMatchObject({ code: status.INTERNAL, details: 'Error deserializing request' })
  })
})
