import { type Metadata, status, type UntypedHandleCall } from '@grpc/grpc-js'
import type { RpcService } from '../../../src/server/rpc/rpc.ts'
import type { RawCall, RpcHandlers } from '../../../src/server/rpc/rpc-handlers.ts'
import type { SimProcess } from '../time/scheduler.ts'
import type { Connection } from './connection.ts'
import {
  type AnyMethod,
  type CallStatus,
  DuplexServerCall,
  ReadableServerCall,
  ServerCall,
  type ServerCallSetup,
  WritableServerCall,
} from './server-call.ts'

/** One call as a server saw it. */
export interface ServedCall {
  readonly path: string
  readonly bearer: string
  readonly request: unknown
  readonly fromProcess: string
}

/** What is told of the calls of a server. */
export interface ServerWitness {
  /** Called when a call arrives, before it is served. */
  arrived(call: ServedCall): void
  /** Called with the reply or the status of a unary call. */
  answered(call: ServedCall, reply: unknown, answer: CallStatus): void
}

/** Which part of a call is lost with its connection. */
export type Loss = 'request' | 'reply'

type UnaryHandler = (call: ServerCall, reply: (error: CallStatus | null, value?: object) => void) => void
type StreamHandler = (call: ServerCall) => void

/** The handlers of an engine behind an address in memory. */
export class MemoryServer {
  readonly process: SimProcess
  readonly host: string
  readonly connections = new Set<Connection>()
  readonly #methods = new Map<string, { method: AnyMethod; handler: UntypedHandleCall }>()
  readonly #witness: ServerWitness
  /** Gets every call of an rpc that no service has, as bytes. */
  readonly #forward: UntypedHandleCall | undefined
  readonly #losses: { matches: RegExp; part: Loss; then: () => void }[] = []

  constructor(
    process: SimProcess,
    port: number,
    handlers: Pick<RpcHandlers<unknown>, 'of' | 'raw'>,
    services: readonly RpcService[],
    witness: ServerWitness,
    forward?: (call: RawCall) => void,
  ) {
    this.#forward = forward && handlers.raw(forward)
    this.process = process
    this.host = `127.0.0.1:${port}`
    this.#witness = witness
    for (const service of services) {
      const byName = handlers.of(service)
      for (const [name, method] of Object.entries(service.definition)) {
        const handler = byName[name]
        if (handler) this.#methods.set(method.path, { method: method as unknown as AnyMethod, handler })
      }
    }
  }

  /** The next call of a matching rpc loses its connection, before it is served or before its reply arrives. */
  loseNext(matches: RegExp, part: Loss, then: () => void): void {
    this.#losses.push({ matches, part, then })
  }

  /** Which part of a call of this rpc is lost now, and what happens then. */
  lossOf(path: string): { readonly part: Loss; then(): void } | undefined {
    const index = this.#losses.findIndex(({ matches }) => matches.test(path))
    return index < 0 ? undefined : this.#losses.splice(index, 1)[0]
  }

  /** Ends every connection, as a restart does. */
  breakOff(): void {
    for (const connection of [...this.connections]) connection.reset()
  }

  accept(connection: Connection, id: number, path: string, metadata: Metadata, bytes: Buffer | undefined): void {
    const known = this.#methods.get(path) ?? this.#raw(path)
    if (!known) {
      const answer = { code: status.UNIMPLEMENTED, details: 'The server does not implement this method' }
      connection.toClientCall(id, (call) => call.settle(answer))
      return
    }
    const { method, handler } = known
    let served: ServedCall | undefined
    const setup: ServerCallSetup = {
      connection,
      id,
      method,
      metadata,
      host: this.host,
      settled: (answer) => method.responseStream && served && this.#witness.answered(served, undefined, answer),
    }
    const call = newCall(setup)
    connection.serverBegan(id, call)
    const serve = (request: unknown): void => {
      served = {
        path,
        bearer: String(metadata.get('authorization')[0] ?? '').replace(/^Bearer /, ''),
        request,
        fromProcess: connection.ends.client.name,
      }
      this.#witness.arrived(served)
      call.request = request
      if (method.responseStream) (handler as unknown as StreamHandler)(call)
      else this.#runUnary(handler as unknown as UnaryHandler, call, served)
    }
    if (handler === this.#forward) {
      // A forwarded call reads its single request as it reads a stream.
      serve(undefined)
      if (!bytes) return
      call.incoming.receive(bytes)
      call.incoming.close()
    } else if (bytes || method.requestStream) serve(bytes && method.requestDeserialize(bytes))
    // A client that forwards sends the single request as a message of a stream.
    else call.once('data', serve)
  }

  #raw(path: string): { method: AnyMethod; handler: UntypedHandleCall } | undefined {
    const handler = this.#forward
    return handler && { method: { ...asBytes, path } as unknown as AnyMethod, handler }
  }

  #runUnary(handler: UnaryHandler, call: ServerCall, served: ServedCall): void {
    handler(call, (error, value) => {
      const answer = error ?? { code: status.OK, details: '' }
      this.#witness.answered(served, value, answer)
      if (value && !call.destroyed) call.outgoing.write(call.setup.method.responseSerialize(value))
      call.settle(answer)
    })
  }
}

const sameBytes = (bytes: Buffer): Buffer => bytes
const asBytes = {
  requestStream: true,
  responseStream: true,
  requestSerialize: sameBytes,
  requestDeserialize: sameBytes,
  responseSerialize: sameBytes,
  responseDeserialize: sameBytes,
}

function newCall(setup: ServerCallSetup): ServerCall {
  const { requestStream, responseStream } = setup.method
  if (requestStream) return responseStream ? new DuplexServerCall(setup) : new ReadableServerCall(setup)
  return responseStream ? new WritableServerCall(setup) : new ServerCall(setup)
}
