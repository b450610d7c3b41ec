import { isIP } from 'node:net'
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  status,
  type UntypedHandleCall,
} from '@grpc/grpc-js'
import ipaddr from 'ipaddr.js'
import type { Logger } from 'pino'
import type { Gauges } from '../gauges.ts'
import { permissionDenied, Refusal } from '../refusal.ts'
import type { Access, ContextCall } from '../session/access.ts'
import type { TokenHolder } from '../session/diagnostic-session.ts'
import type { TokenVault } from '../session/tokens.ts'
import { bearerOf } from './bearer.ts'
import type { EngineService, Rpc } from './rpc.ts'
import { type RawStream, RpcStream } from './rpc-stream.ts'
import { statusOfRefusal } from './statuses.ts'

/** Dependencies of the handlers. */
export interface RpcHandlersSetup {
  readonly vault: TokenVault<TokenHolder>
  readonly gauges: Gauges
  readonly log: Logger
}

type AnyRpc = Rpc<unknown, unknown>
type RunOf<Kind extends AnyRpc['kind']> = Extract<AnyRpc, { kind: Kind }>
interface SurfaceCall {
  readonly metadata: Metadata
  getHost(): string
}

/**
 * The handlers of grpc-js for the rpcs of the engine: the one place where calls are authorised, errors become statuses and
 * streams are tied to their session. They need no server, so that the simulation calls them over its network in memory.
 */
export class RpcHandlers {
  readonly #setup: RpcHandlersSetup
  readonly #streams = new Set<RpcStream<unknown, unknown>>()

  constructor(setup: RpcHandlersSetup) {
    this.#setup = setup
  }

  /** The handler of each method of a service, by the method's name. */
  of(service: EngineService): Record<string, UntypedHandleCall> {
    const handlers: Record<string, UntypedHandleCall> = {}
    for (const [name, { path }] of Object.entries(service.definition)) {
      const rpc = service.rpcs[name]
      handlers[name] = rpc === undefined ? refuse(path) : this.#handler(rpc as AnyRpc, path)
    }
    return handlers
  }

  /** Ends every stream: with OK, or with the status of a failure. */
  endStreams(failure?: Error): void {
    for (const stream of this.#streams) stream.end(failure)
  }

  #handler(rpc: AnyRpc, path: string): UntypedHandleCall {
    switch (rpc.kind) {
      case 'unary':
        return this.#unary(rpc, path)
      case 'clientStream':
        return this.#clientStream(rpc, path)
      case 'serverStream':
        return this.#serverStream(rpc, path)
      case 'bidi':
        return this.#bidi(rpc, path)
    }
  }

  #unary(rpc: RunOf<'unary'>, path: string): handleUnaryCall<unknown, unknown> {
    return async (call, reply) => {
      const left = new AbortController()
      call.once('cancelled', () => left.abort())
      try {
        reply(null, await rpc.run(call.request, this.#authorise(call, rpc.access), left.signal))
      } catch (error) {
        reply(this.#statusOf(error, path))
      }
    }
  }

  #clientStream(rpc: RunOf<'clientStream'>, path: string): handleClientStreamingCall<unknown, unknown> {
    return async (call, reply) => {
      await this.#withStream(call, rpc.access, path, async (stream, authorised) => {
        const response = await rpc.run(stream, authorised)
        if (stream.failure !== undefined) throw stream.failure
        reply(null, response)
      }).catch((error) => reply(this.#statusOf(error, path)))
    }
  }

  #serverStream(rpc: RunOf<'serverStream'>, path: string): handleServerStreamingCall<unknown, unknown> {
    return (call) => this.#outgoing(call, rpc.access, path, (stream, it) => rpc.run(call.request, stream, it))
  }

  #bidi(rpc: RunOf<'bidi'>, path: string): handleBidiStreamingCall<unknown, unknown> {
    return (call) => this.#outgoing(call, rpc.access, path, (stream, authorised) => rpc.run(stream, authorised))
  }

  async #outgoing(
    call:
      | Parameters<handleServerStreamingCall<unknown, unknown>>[0]
      | Parameters<handleBidiStreamingCall<unknown, unknown>>[0],
    access: Access<unknown>,
    path: string,
    run: (stream: RpcStream<unknown, unknown>, authorised: unknown) => Promise<void>,
  ): Promise<void> {
    try {
      await this.#withStream(call, access, path, async (stream, authorised) => {
        await run(stream, authorised)
        if (stream.failure !== undefined) throw stream.failure
      })
      if (!call.destroyed) call.end()
    } catch (error) {
      if (!call.destroyed) call.emit('error', this.#statusOf(error, path))
    }
  }

  /** Runs a streaming call and registers its stream at its session. */
  async #withStream(
    call: RawStream<unknown, unknown> & SurfaceCall,
    access: Access<unknown>,
    path: string,
    run: (stream: RpcStream<unknown, unknown>, authorised: unknown) => Promise<void>,
  ): Promise<void> {
    const stream = new RpcStream<unknown, unknown>(call, path)
    this.#setup.gauges.increase('openStreams')
    this.#streams.add(stream)
    let leave = () => {}
    try {
      const authorised = this.#authorise(call, access)
      leave = joinContext(stream, authorised)
      await run(stream, authorised)
    } finally {
      leave()
      this.#streams.delete(stream)
      this.#setup.gauges.decrease('openStreams')
      stream.end()
    }
  }

  #authorise(call: SurfaceCall, access: Access<unknown>): unknown {
    if (call.metadata.get('origin').length > 0) throw permissionDenied('calls from web pages are refused')
    if (!isLoopbackAuthority(call.getHost())) throw permissionDenied('calls under another host name are refused')
    return access.authorise(bearerOf(call.metadata), this.#setup.vault)
  }

  #statusOf(error: unknown, path: string): { code: status; details: string } {
    if (error instanceof Refusal) {
      const code = statusOfRefusal[error.kind]
      this.#setup.log.debug({ rpc: path, code: status[code], details: error.message }, 'an rpc was refused')
      return { code, details: error.message }
    }
    this.#setup.log.error({ err: error, rpc: path }, 'an rpc failed unexpectedly')
    return { code: status.INTERNAL, details: 'unexpected engine error; see the log' }
  }
}

/** Whether `:authority` names this computer. It does not when a web page rebinds a foreign name to 127.0.0.1. */
export function isLoopbackAuthority(authority: string | undefined): boolean {
  const host = /^(?:\[(?<six>[^\]]+)\]|(?<name>[^:]*))(?::\d+)?$/.exec(authority ?? '')?.groups
  const name = host?.six ?? host?.name ?? ''
  return name === 'localhost' || (isIP(name) !== 0 && ipaddr.process(name).range() === 'loopback')
}

function joinContext(stream: RpcStream<unknown, unknown>, authorised: unknown): () => void {
  if (!isContextCall(authorised) || authorised.context.state === 'ended') return () => {}
  const { streams } = authorised.context
  streams.add(stream)
  return () => streams.delete(stream)
}

const isContextCall = (call: unknown): call is ContextCall =>
  typeof call === 'object' && call !== null && 'context' in call && 'session' in call

const refuse =
  (path: string): handleUnaryCall<unknown, unknown> =>
  (_call, reply) =>
    reply({ code: status.UNIMPLEMENTED, details: `${path} is not offered by this engine` })
