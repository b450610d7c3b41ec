import {
  type CallOptions,
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  type ClientDuplexStream,
  type ClientWritableStream,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import { failed, succeeded } from '../../shared/outcome.ts'
import { type CallOutcome, callFailure, refused, rpcName } from '../failure.ts'
import type { AnyToken } from '../token.ts'
import { secureContextOf } from './authorities.ts'
import { addressOf, type TrustedEndpoint } from './endpoint.ts'
import { failureFromStatus } from './grpc-status.ts'
import { GrpcStream } from './grpc-stream.ts'
import { type ProxyAddress, type Route, routeTo } from './route.ts'

/** A method of a generated service definition: its request and response types. */
// The two inner parameters of the generated type describe the server side and are not used here.
export type Method<Request, Response> = Pick<
  MethodDefinition<Request, object, object, Response>,
  'path' | 'requestSerialize' | 'responseDeserialize'
>

/** Bearer and deadline of one call. */
export interface CallSettings {
  readonly token?: AnyToken
  /** Milliseconds until a unary call fails; default 5 s. Streams have no deadline. */
  readonly deadlineMs?: number
}

/** Calls on one connection; implemented by `GrpcChannel`. */
export interface CallTransport {
  readonly endpoint: TrustedEndpoint
  unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    settings?: CallSettings,
  ): Promise<CallOutcome<Response>>
  serverStream<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    settings?: CallSettings,
  ): GrpcStream<never, Response>
  duplex<Request, Response>(method: Method<Request, Response>, settings?: StreamSettings): GrpcStream<Request, Response>
  clientStream<Request, Response>(
    method: Method<Request, Response>,
    settings?: StreamSettings,
  ): { stream: GrpcStream<Request, never>; reply: Promise<CallOutcome<Response>> }
}

/** A call that is passed on: messages as bytes, with metadata and status as grpc-js reports them. */
export type PassedCall = ClientDuplexStream<Buffer, Buffer>

/** Settings of a call that is passed on. */
export interface PassSettings {
  readonly token?: AnyToken
  /** Metadata of the caller, without a bearer. */
  readonly metadata: Metadata
  /** Deadline of the caller in Unix ms; Infinity for none. */
  readonly deadline: number
}

/** A long-lived connection to one endpoint, with its state. */
export interface Channel extends CallTransport {
  /** The present connection state. */
  readonly state: ChannelState
  /** Connects now instead of with the first call. Resolves with whether it connected within the limit. */
  connect(limitMs?: number): Promise<boolean>
  /** Passes a call of any rpc on as bytes, for a server that forwards calls; the call reports every status itself. */
  pass(path: string, settings: PassSettings): PassedCall
  /** Stops connecting, which is otherwise repeated without end; the next call connects again. */
  rest(): void
  /** Ends all calls and the connection. */
  close(): void
}

/** Settings of a stream that sends. */
export interface StreamSettings extends CallSettings {
  /** Most messages queued until the peer reads. */
  readonly queueLimit?: number
}

/** Last known connection state of the endpoint. */
export type ChannelState = 'idle' | 'connecting' | 'ready' | 'failing' | 'closed'

/** Default deadline of unary calls, in milliseconds (quality.md B.4). */
export const defaultDeadlineMs = 5_000

const states: Record<connectivityState, ChannelState> = {
  [connectivityState.IDLE]: 'idle',
  [connectivityState.CONNECTING]: 'connecting',
  [connectivityState.READY]: 'ready',
  [connectivityState.TRANSIENT_FAILURE]: 'failing',
  [connectivityState.SHUTDOWN]: 'closed',
}

const baseOptions: ChannelOptions = {
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.max_receive_message_length': 4 * 1024 * 1024,
  'grpc.max_send_message_length': 4 * 1024 * 1024,
  'grpc.service_config_disable_resolution': 1,
  'grpc.use_local_subchannel_pool': 1,
}

/**
 * The options of a channel. A proxy of the environment is never used (A66); that of the route gets the address of the endpoint, which
 * stays the name that TLS checks and requests carry.
 */
export function channelOptions(endpoint: TrustedEndpoint, proxy?: ProxyAddress): ChannelOptions {
  const own = { ...baseOptions, 'grpc.enable_http_proxy': 0 }
  if (!proxy) return own
  return {
    ...own,
    'grpc.http_connect_target': `dns:${addressOf(endpoint)}`,
    'grpc.default_authority': addressOf(endpoint),
    ...(proxy.user !== undefined && { 'grpc.http_connect_creds': `${proxy.user}:${proxy.password ?? ''}` }),
  }
}

/** The part of grpc-js's client that a channel uses; the simulation has one in memory. */
export type GrpcClient = Pick<
  Client,
  | 'makeUnaryRequest'
  | 'makeServerStreamRequest'
  | 'makeBidiStreamRequest'
  | 'makeClientStreamRequest'
  | 'waitForReady'
  | 'getChannel'
  | 'close'
>

/** Opens the connection of a channel. */
export type CreateClient = (address: string, trust: ChannelCredentials, options: ChannelOptions) => GrpcClient

const createGrpcClient: CreateClient = (address, trust, options) => new Client(address, trust, options)

/** One long-lived connection to one endpoint; all calls to the endpoint go through it. */
export class GrpcChannel implements Channel {
  readonly endpoint: TrustedEndpoint
  readonly #connect: () => GrpcClient
  #connected: GrpcClient | undefined
  #closed = false

  /** Throws for a certificate of this computer that cannot be read. */
  constructor(endpoint: TrustedEndpoint, route: Route = {}, createClient = createGrpcClient) {
    this.endpoint = endpoint
    const { proxy } = routeTo(endpoint.host, route)
    const trust = credentialsFor(endpoint, route)
    this.#connect = () => createClient(addressOf(proxy ?? endpoint), trust, channelOptions(endpoint, proxy))
    this.#connected = this.#connect()
  }

  get #client(): GrpcClient {
    this.#connected ??= this.#connect()
    return this.#connected
  }

  /** The present connection state. */
  get state(): ChannelState {
    if (this.#closed) return 'closed'
    return this.#connected ? states[this.#connected.getChannel().getConnectivityState(false)] : 'idle'
  }

  /** Connects now instead of with the first call. Resolves with whether it connected within the limit. */
  connect(limitMs = defaultDeadlineMs): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false)
    return new Promise((resolve) => {
      this.#client.waitForReady(Date.now() + limitMs, (error) => resolve(!error))
    })
  }

  /** Stops connecting, which grpc-js otherwise repeats without end; the next call connects again. */
  rest(): void {
    this.#connected?.close()
    this.#connected = undefined
  }

  /** Ends all calls and the connection. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#connected?.close()
  }

  /** Calls a unary method, always with a deadline. */
  unary<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    settings: CallSettings = {},
  ): Promise<CallOutcome<Response>> {
    const rpc = rpcName(method)
    if (this.#closed) return Promise.resolve(closedChannel(rpc))
    const { metadata, options } = this.#bearer(settings)
    options.deadline = Date.now() + (settings.deadlineMs ?? defaultDeadlineMs)
    return new Promise((resolve) => {
      const done = (error: ServiceError | null, response?: Response): void => {
        if (error) resolve(failed(failureFromStatus(rpc, error, settings.token)))
        else if (response === undefined) resolve(refused(rpc, 'internal', { certainty: 'unclear' }))
        else resolve(succeeded(response))
      }
      const { path, requestSerialize, responseDeserialize } = method
      this.#client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, options, done)
    })
  }

  /** Opens a stream of messages from the server. While the connection is being restored the call waits instead of failing. */
  serverStream<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    settings: CallSettings = {},
  ): GrpcStream<never, Response> {
    const { metadata, options } = this.#bearer(settings)
    metadata.setOptions({ waitForReady: true })
    const { path, requestSerialize, responseDeserialize } = method
    const raw = this.#client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      options,
    )
    return new GrpcStream(raw, { rpc: rpcName(method), token: settings.token })
  }

  /** Opens a stream in both directions. */
  duplex<Request, Response>(
    method: Method<Request, Response>,
    settings: StreamSettings = {},
  ): GrpcStream<Request, Response> {
    const { metadata, options } = this.#bearer(settings)
    const { path, requestSerialize, responseDeserialize } = method
    const raw = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, options)
    return new GrpcStream(raw, { rpc: rpcName(method), token: settings.token, queueLimit: settings.queueLimit })
  }

  /** Opens a stream to the server; `reply` is its single answer after the half-close. */
  clientStream<Request, Response>(
    method: Method<Request, Response>,
    settings: StreamSettings = {},
  ): { stream: GrpcStream<Request, never>; reply: Promise<CallOutcome<Response>> } {
    const rpc = rpcName(method)
    const { metadata, options } = this.#bearer(settings)
    if (settings.deadlineMs !== undefined) options.deadline = Date.now() + settings.deadlineMs
    let resolveReply: (outcome: CallOutcome<Response>) => void = () => undefined
    const reply = new Promise<CallOutcome<Response>>((resolve) => {
      resolveReply = resolve
    })
    const done = (error: ServiceError | null, response?: Response): void => {
      if (error) resolveReply(failed(failureFromStatus(rpc, error, settings.token)))
      else if (response === undefined) resolveReply(failed(callFailure(rpc, 'internal')))
      else resolveReply(succeeded(response))
    }
    const { path, requestSerialize, responseDeserialize } = method
    const raw: ClientWritableStream<Request> = this.#client.makeClientStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadata,
      options,
      done,
    )
    const stream = new GrpcStream<Request, never>(raw, { rpc, token: settings.token, queueLimit: settings.queueLimit })
    return { stream, reply }
  }

  /** Passes a call of any rpc on as bytes. */
  pass(path: string, { token, metadata: given, deadline }: PassSettings): PassedCall {
    const { metadata, options } = this.#bearer({ token })
    const all = given.clone()
    all.merge(metadata)
    const timed = deadline === Number.POSITIVE_INFINITY ? options : { ...options, deadline }
    return this.#client.makeBidiStreamRequest(path, sameBytes, sameBytes, all, timed)
  }

  /** On TLS the bearer travels as call credentials, which grpc-js does not send in plaintext (quality.md A62). */
  #bearer({ token }: CallSettings): { metadata: Metadata; options: CallOptions } {
    const metadata = new Metadata()
    if (!token) return { metadata, options: {} }
    if (this.endpoint.transport === 'plaintext') {
      metadata.set('authorization', `Bearer ${token.reveal()}`)
      return { metadata, options: {} }
    }
    const bearer = credentials.createFromMetadataGenerator((_parameters, callback) => {
      const own = new Metadata()
      own.set('authorization', `Bearer ${token.reveal()}`)
      callback(null, own)
    })
    return { metadata, options: { credentials: bearer } }
  }
}

const sameBytes = (bytes: Buffer): Buffer => bytes
const closedChannel = (rpc: string) => refused(rpc, 'connection-lost', { certainty: 'not-sent' })

function credentialsFor(endpoint: TrustedEndpoint, route: Route): ChannelCredentials {
  if (endpoint.transport === 'plaintext') return credentials.createInsecure()
  return credentials.createFromSecureContext(secureContextOf(route))
}
