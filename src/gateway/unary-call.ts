import { Metadata, type StatusObject, type status } from '@grpc/grpc-js'
import type { Channel } from '../openobd/grpc/grpc-channel.ts'
import type { AnyToken } from '../openobd/token.ts'

/** What a unary call to the server came to, with the status and trailers of the server. */
export interface UnaryEnd {
  readonly code: status
  readonly details: string
  readonly trailers: Metadata
  /** The reply as bytes; only with status OK. */
  readonly reply: Buffer | undefined
}

/** Deadline of the calls that the gateway makes on its own account, in ms. */
const ownDeadlineMs = 5_000

/** A method of a generated service definition, as far as a request of our own needs it. */
interface OwnMethod<Request> {
  readonly path: string
  requestSerialize(request: Request): Buffer
}

/**
 * Makes a unary call as bytes; never rejects. `deadline` is Unix ms (default: five seconds from now); `stopped` cancels the call, also
 * one that still waits for its connection.
 */
export function callUnary(
  channel: Channel,
  path: string,
  request: Buffer,
  token: AnyToken | undefined,
  deadline = Date.now() + ownDeadlineMs,
  stopped?: AbortSignal,
): Promise<UnaryEnd> {
  const { promise, resolve } = Promise.withResolvers<UnaryEnd>()
  const call = channel.pass(path, { metadata: new Metadata(), deadline, ...(token && { token }) })
  let reply: Buffer | undefined
  call.on('data', (message: Buffer) => {
    reply = message
  })
  call.on('error', () => undefined)
  const cancel = () => call.cancel()
  call.on('status', ({ code, details, metadata }: StatusObject) => {
    stopped?.removeEventListener('abort', cancel)
    resolve({ code, details, trailers: metadata, reply })
  })
  stopped?.addEventListener('abort', cancel, { once: true })
  call.write(request)
  call.end()
  return promise
}

/** Makes a unary call of one of our own generated methods. */
export const callMethod = <Request>(
  channel: Channel,
  method: OwnMethod<Request>,
  request: Request,
  token: AnyToken | undefined,
  stopped?: AbortSignal,
): Promise<UnaryEnd> => callUnary(channel, method.path, method.requestSerialize(request), token, undefined, stopped)
