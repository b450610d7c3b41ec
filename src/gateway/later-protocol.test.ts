import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../openobd/clock.ts'
import { trustProfileEndpoint } from '../openobd/grpc/endpoint.ts'
import { createGateway, type RunningGateway } from './create-gateway.ts'
import { nearCredentials } from './testing/gateway-bench.ts'

/** A later version of the protocol: fields that this one does not know stand beside those that it edits. */
const later = protobuf.parse(`syntax = "proto3";
  message Credentials { string client_id = 1; string client_secret = 2; string cluster_id = 4; Extra extra = 30; }
  message Token { string value = 1; Extra extra = 30; repeated sint64 numbers = 31; }
  message Info { string id = 1; string state = 2; string created_at = 3; string grpc_endpoint = 4; string authentication_token = 5;
    optional uint32 grpc_port = 6; Extra extra = 30; bytes blob = 536870911; }
  message Context { string id = 1; bool finished = 3; string monitor_token = 4; string authentication_token = 5; Extra extra = 30; }
  message Extra { string text = 1; double number = 2; fixed32 fixed = 3; map<string, Extra> more = 4; }`).root
const encode = (name: string, value: object): Buffer =>
  Buffer.from(later.lookupType(name).encode(later.lookupType(name).fromObject(value)).finish())
const decode = (name: string, bytes: Buffer) =>
  later.lookupType(name).toObject(later.lookupType(name).decode(bytes), { longs: String, bytes: String })
const extra = { text: 'später', number: 0.1, fixed: 7, more: { a: { text: 'b' } } }

const same = (bytes: Buffer): Buffer => bytes
const method = (path: string): MethodDefinition<Buffer, Buffer> => ({
  path,
  requestStream: true,
  responseStream: true,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
})
const header = (call: ServerDuplexStream<Buffer, Buffer>, name: string) => String(call.metadata.get(name)[0] ?? '')
const account = { clientId: 'far', clientSecret: 'far secret', clusterId: '001' }

/** One call as the server of the later protocol got it. */
interface Got {
  readonly path: string
  readonly bearer: string
  readonly metadata: string
  readonly messages: Buffer[]
}

/** A server of a later protocol that answers with given bytes, or with what it was sent. */
class LaterServer {
  readonly got: Got[] = []
  readonly #server = new Server()
  readonly #replies: Readonly<Record<string, (port: number) => Buffer>>
  port = 0

  constructor(replies: Readonly<Record<string, (port: number) => Buffer>>, others: readonly string[]) {
    this.#replies = replies
    const paths = [...Object.keys(replies), ...others]
    const definition = Object.fromEntries(paths.map((path) => [path, method(path)])) as unknown as ServiceDefinition
    const serve = (call: ServerDuplexStream<Buffer, Buffer>) => this.#serve(call)
    this.#server.addService(definition, Object.fromEntries(paths.map((path) => [path, serve])))
  }

  async listen(): Promise<void> {
    this.port = await new Promise((resolve, reject) =>
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    )
  }

  close(): void {
    this.#server.forceShutdown()
  }

  #serve(call: ServerDuplexStream<Buffer, Buffer>): void {
    const path = call.getPath()
    const messages: Buffer[] = []
    this.got.push({ path, bearer: header(call, 'authorization'), metadata: header(call, 'later-metadata'), messages })
    const reply = this.#replies[path]
    const headers = new Metadata()
    headers.set('later-header', 'first')
    call.sendMetadata(headers)
    call.on('data', (bytes: Buffer) => {
      messages.push(bytes)
      call.write(reply === undefined ? bytes : reply(this.port))
    })
    const trailers = new Metadata()
    trailers.set('later-trailer', 'last')
    call.on('end', () => call.end(trailers))
  }
}

const tokenPath = '/openOBD.v1.sessionController/getSessionControllerToken'
const startPath = '/openOBD.v1.sessionController/startSessionOnTicket'
const claimPath = '/openOBD.v1.session/authenticate'
const contextPath = '/openOBD.v1.function/startFunctionContext'
const unknownRpcs = ['/openOBD.v1.session/laterRpc', '/openOBD.v9.later/doIt'] as const
const far = { controller: 'far-controller', authentication: 'far-auth', session: 'far-session', monitor: 'far-monitor' }
const info = (port: number) => ({
  id: 'session-1',
  state: 'available',
  createdAt: 'now',
  grpcEndpoint: '127.0.0.1',
  grpcPort: port,
  authenticationToken: far.authentication,
  extra,
  blob: Buffer.from([1, 2, 3]),
})
const context = { id: 'child-1', monitorToken: far.monitor, authenticationToken: 'far-child', extra }

describe('a server of a later protocol', () => {
  let server: LaterServer
  let running: RunningGateway
  let client: Client
  afterEach(async () => {
    client.close()
    await running.stop()
    server.close()
  })

  async function start(): Promise<void> {
    server = new LaterServer(
      {
        [tokenPath]: () => encode('Token', { value: far.controller, extra, numbers: ['-9007199254740993'] }),
        [startPath]: (port) => encode('Info', info(port)),
        [claimPath]: () => encode('Token', { value: far.session, extra }),
        [contextPath]: () => encode('Context', context),
      },
      unknownRpcs,
    )
    await server.listen()
    const endpoint = trustProfileEndpoint({ host: '127.0.0.1', port: server.port })
    if (!endpoint.ok) throw new Error('There is no endpoint.')
    const upstream = { endpoint: endpoint.value, credentials: () => account, clock: systemClock }
    running = await createGateway({ upstream, credentials: nearCredentials, logLevel: 'silent' }, 0)
    client = new Client(`127.0.0.1:${running.port}`, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 })
  }

  /** Sends messages to an rpc; resolves with its replies, its headers and its end. */
  function talk(path: string, requests: readonly Buffer[], token?: string) {
    const metadata = new Metadata()
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`)
    metadata.set('later-metadata', 'kept')
    const call = client.makeBidiStreamRequest(path, same, same, metadata)
    const replies: Buffer[] = []
    let headers = new Metadata()
    call.on('data', (bytes: Buffer) => replies.push(bytes))
    call.on('metadata', (given: Metadata) => {
      headers = given
    })
    call.on('error', () => undefined)
    for (const request of requests) call.write(request)
    call.end()
    return new Promise<{ replies: Buffer[]; headers: Metadata; end: StatusObject }>((resolve) =>
      call.on('status', (end: StatusObject) => resolve({ replies, headers, end })),
    )
  }

  async function replyOf(path: string, name: string, request: Buffer, token?: string) {
    const { replies, end } = await talk(path, [request], token)
    expect(end.code).toBe(status.OK)
    return decode(name, replies[0] ?? Buffer.alloc(0))
  }

  async function claimed(): Promise<string> {
    const { clientId, clientSecret, clusterId } = nearCredentials
    const controller = await replyOf(
      tokenPath,
      'Token',
      encode('Credentials', { clientId, clientSecret, clusterId, extra }),
    )
    const started = await replyOf(startPath, 'Info', encode('Token', { value: '1', extra }), controller.value)
    return (await replyOf(claimPath, 'Token', encode('Token', { extra }), started.authenticationToken)).value
  }

  // @proves Gateway: Messages with fields of a later protocol arrive with every field, in both directions
  it('gets and gives fields that this version does not know beside those that it replaces', async () => {
    await start()
    const { clientId, clientSecret, clusterId } = nearCredentials
    const asked = { clientId, clientSecret, clusterId, extra }
    const controller = await replyOf(tokenPath, 'Token', encode('Credentials', asked))
    expect(controller).toMatchObject({ numbers: ['-9007199254740993'], extra })
    expect(controller.value).not.toBe(far.controller)
    expect(decode('Credentials', server.got[0]?.messages[0] ?? Buffer.alloc(0))).toEqual({ ...account, extra })

    const wish = encode('Token', { value: '7848095', extra, numbers: [1, -1] })
    const started = await replyOf(startPath, 'Info', wish, controller.value)
    expect(server.got[1]?.messages).toEqual([wish])
    expect(server.got[1]?.bearer).toBe(`Bearer ${far.controller}`)
    const { authenticationToken, ...rest } = started
    expect(rest).toEqual({
      ...decode('Info', encode('Info', { ...info(running.port), authenticationToken: '' })),
      authenticationToken: undefined,
    })
    const session = await replyOf(claimPath, 'Token', encode('Token', { extra }), authenticationToken)
    expect(session.extra).toEqual(extra)
    const child = await replyOf(contextPath, 'Context', encode('Token', { extra }), session.value)
    expect(child).toMatchObject({ id: 'child-1', extra })
    expect([child.monitorToken, child.authenticationToken]).not.toContain('far-monitor')
    expect(server.got.at(-1)?.bearer).toBe(`Bearer ${far.session}`)
  })

  // @proves Gateway: Rpcs of a later protocol pass byte for byte, with headers and trailers
  it.each(unknownRpcs)(
    'gets the rpc %s byte for byte, and its answers, headers and trailers come back',
    async (path) => {
      await start()
      const token = await claimed()
      const anything = fc.array(fc.uint8Array({ maxLength: 5_000 }), { minLength: 1, maxLength: 20 })
      await fc.assert(
        fc.asyncProperty(anything, async (given) => {
          const messages = given.map((bytes) => Buffer.from(bytes))
          const { replies, headers, end } = await talk(path, messages, token)
          expect(end.code).toBe(status.OK)
          expect(replies).toEqual(messages)
          expect(server.got.at(-1)?.messages).toEqual(messages)
          expect(server.got.at(-1)?.bearer).toBe(`Bearer ${far.session}`)
          expect(server.got.at(-1)?.metadata).toBe('kept')
          expect(headers.get('later-header')).toEqual(['first'])
          expect(end.metadata.get('later-trailer')).toEqual(['last'])
        }),
        { numRuns: 40 },
      )
    },
  )
})
