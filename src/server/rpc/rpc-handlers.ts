import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerDuplexStream,
  status,
  type UntypedHandleCall,
} from '@grpc/grpc-js'
import type { Logger } from 'pino'
import type { Access } from '../access.ts'
import type { Gauges } from '../gauges.ts'
import { Refusal } from '../refusal.ts'
import { bearerOf } from './bearer.ts'
import { assertLocalCaller, type CallerSurface } from './local-caller.ts'
import type { Rpc, RpcService } from './rpc.ts'
import { type RawStream, RpcStream } from './rpc-stream.ts'
import { statusOfRefusal } from './statuses.ts'

/** Dependencies of the handlers. `Tokens` is where the access rules of the server look bearers up. */
export interface RpcHandlersSetup<Tokens> {
  /** What the server calls itself in its errors: engine, gateway. */
  readonly name: string
  readonly tokens: Tokens
  readonly gauges: Gauges<'openStreams'>
  readonly log: Logger
  /** Ties a stream to what its access rule returned, so that it ends with it; returns a function that unties it. */
  readonly tie?: (stream: RpcStream<unknown, unknown>, authorised: unknown) => () => void
}

/** A call whose messages stay bytes. `getPath()` names the rpc. */
export type RawCall = ServerDuplexStream<Buffer, Buffer>

/** What happened to a call, as a client sees it. */
export interface CallStatus {
  readonly code: status
  readonly details: string
}

type AnyRpc = Rpc<unknown, unknown>
type RunOf<Kind extends AnyRpc['kind']> = Extract<AnyRpc, { kind: Kind }>

/**
 * The handlers of grpc-js for the rpcs of a server: the one place where calls are authorised, errors become statuses and
 * streams are tied to their session. They need no server, so that the simulation calls them over its network in memory.
 */
export class RpcHandlers<Tokens> {
  readonly #setup: RpcHandlersSetup<Tokens>
  readonly #streams = new Set<RpcStream<unknown, unknown>>()

  constructor(setup: RpcHandlersSetup<Tokens>) {
    this.#setup = setup
  }

  /** The handler of each method of a service, by the method's name. */
  of(service: RpcService): Record<string, UntypedHandleCall> {
    const handlers: Record<string, UntypedHandleCall> = {}
    for (const [name, { path }] of Object.entries(service.definition)) {
      const rpc = service.rpcs[name]
      handlers[name] = rpc === undefined ? this.#refuse(path) : this.#handler(rpc as AnyRpc, path)
    }
    return handlers
  }

  /** A handler that passes calls of this computer on as bytes; `forward` replies and ends them, or throws a Refusal at once. */
  raw(forward: (call: RawCall) => void): handleBidiStreamingCall<Buffer, Buffer> {
    return (call) => {
      try {
        assertLocalCaller(call)
        forward(call)
      } catch (error) {
        call.emit('error', this.statusOf(error, call.getPath()))
      }
    }
  }

  /** Ends every stream: with OK, or with the status of a failure. */
  endStreams(failure?: Error): void {
    for (const stream of this.#streams) stream.end(failure)
  }

  /** The status for the caller; an error that is no Refusal is logged and becomes INTERNAL. */
  statusOf(error: unknown, path: string): CallStatus {
    const { log, name } = this.#setup
    if (error instanceof Refusal) {
      const code = statusOfRefusal[error.kind]
      log.debug({ rpc: path, code: status[code], details: error.message }, 'an rpc was refused')
      return { code, details: error.message }
    }
    log.error({ err: error, rpc: path }, 'an rpc failed unexpectedly')
    return { code: status.INTERNAL, details: `unexpected ${name} error; see the log` }
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
        reply(this.statusOf(error, path))
      }
    }
  }

  #clientStream(rpc: RunOf<'clientStream'>, path: string): handleClientStreamingCall<unknown, unknown> {
    return async (call, reply) => {
      await this.#withStream(call, rpc.access, path, async (stream, authorised) => {
        const response = await rpc.run(stream, authorised)
        if (stream.failure !== undefined) throw stream.failure
        reply(null, response)
      }).catch((error) => reply(this.statusOf(error, path)))
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
    access: AnyRpc['access'],
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
      if (!call.destroyed) call.emit('error', this.statusOf(error, path))
    }
  }

  /** Runs a streaming call and ties its stream to its session. */
  async #withStream(
    call: RawStream<unknown, unknown> & CallerSurface,
    access: AnyRpc['access'],
    path: string,
    run: (stream: RpcStream<unknown, unknown>, authorised: unknown) => Promise<void>,
  ): Promise<void> {
    const stream = new RpcStream<unknown, unknown>(call, path)
    this.#setup.gauges.increase('openStreams')
    this.#streams.add(stream)
    let untie: (() => void) | undefined
    try {
      const authorised = this.#authorise(call, access)
      untie = this.#setup.tie?.(stream, authorised)
      await run(stream, authorised)
    } finally {
      untie?.()
      this.#streams.delete(stream)
      this.#setup.gauges.decrease('openStreams')
      stream.end()
    }
  }

  #authorise(call: CallerSurface, access: AnyRpc['access']): unknown {
    assertLocalCaller(call)
    return (access as Access<unknown, Tokens>).authorise(bearerOf(call.metadata), this.#setup.tokens)
  }

  #refuse(path: string): handleUnaryCall<unknown, unknown> {
    const details = `${path} is not offered by this ${this.#setup.name}`
    return (_call, reply) => reply({ code: status.UNIMPLEMENTED, details })
  }
}
