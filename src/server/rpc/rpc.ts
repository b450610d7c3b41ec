import type { ServiceDefinition } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Access } from '../access.ts'
import type { RpcStream } from './rpc-stream.ts'

/** One rpc: its access rule and its handler. The handler gets the authorised call. */
export type Rpc<Request, Response> =
  | {
      kind: 'unary'
      access: Access<unknown, never>
      run(request: Request, call: unknown, left: AbortSignal): Response | Promise<Response>
    }
  | {
      kind: 'serverStream'
      access: Access<unknown, never>
      run(request: Request, stream: RpcStream<Request, Response>, call: unknown): Promise<void>
    }
  | {
      kind: 'clientStream'
      access: Access<unknown, never>
      run(stream: RpcStream<Request, Response>, call: unknown): Promise<Response>
    }
  | {
      kind: 'bidi'
      access: Access<unknown, never>
      run(stream: RpcStream<Request, Response>, call: unknown): Promise<void>
    }

/** One request, one reply. `left` is aborted when the client has cancelled the call. */
export function unary<Request, Response, Call>(
  access: Access<Call, never>,
  run: (request: Request, call: Call, left: AbortSignal) => Response | Promise<Response>,
): Rpc<Request, Response> {
  return { kind: 'unary', access, run: (request, call, left) => run(request, call as Call, left) }
}

/** One request, many replies: the stream ends with OK when the promise resolves. */
export function serverStream<Request, Response, Call>(
  access: Access<Call, never>,
  run: (request: Request, stream: RpcStream<Request, Response>, call: Call) => Promise<void>,
): Rpc<Request, Response> {
  return { kind: 'serverStream', access, run: (request, stream, call) => run(request, stream, call as Call) }
}

/** Many requests, one reply, which is what the promise resolves to. */
export function clientStream<Request, Response, Call>(
  access: Access<Call, never>,
  run: (stream: RpcStream<Request, Response>, call: Call) => Promise<Response>,
): Rpc<Request, Response> {
  return { kind: 'clientStream', access, run: (stream, call) => run(stream, call as Call) }
}

/** Messages both ways: the stream ends with OK when the promise resolves, with a status when it rejects. */
export function bidi<Request, Response, Call>(
  access: Access<Call, never>,
  run: (stream: RpcStream<Request, Response>, call: Call) => Promise<void>,
): Rpc<Request, Response> {
  return { kind: 'bidi', access, run: (stream, call) => run(stream, call as Call) }
}

type MethodNames<Definition> = keyof { [Name in keyof Definition as string extends Name ? never : Name]: true } &
  keyof Definition

/** An rpc for each method of a service definition; a method that is left out answers UNIMPLEMENTED. */
export type ServiceRpcs<Definition> = {
  [Name in MethodNames<Definition>]?: Definition[Name] extends MethodDefinition<
    infer _Request,
    infer Response,
    infer RequestOut,
    infer _ResponseOut
  >
    ? Rpc<RequestOut, Response>
    : never
}

/** A service ready to be added to the server. */
export interface RpcService {
  readonly definition: ServiceDefinition
  readonly rpcs: Readonly<Record<string, Rpc<never, unknown> | undefined>>
}

/** Binds rpcs to the definition of their service. */
export function defineService<Definition extends ServiceDefinition>(
  definition: Definition,
  rpcs: ServiceRpcs<Definition>,
): RpcService {
  return { definition, rpcs: rpcs as RpcService['rpcs'] }
}
