import { Metadata, type StatusObject, status } from '@grpc/grpc-js'
import type { Clock } from '../openobd/clock.ts'
import type { Channel } from '../openobd/grpc/grpc-channel.ts'
import type { AnyToken } from '../openobd/token.ts'

/** A unary call to the server, as bytes. */
export interface UnaryCall {
  readonly channel: Channel
  readonly path: string
  readonly request: Buffer
  readonly token: AnyToken | undefined
  /** Metadata of the caller, without a bearer. */
  readonly metadata?: Metadata
  /** Deadline of the caller in Unix ms (default: none). */
  readonly deadline?: number
  /** Cancels the call. */
  readonly left?: AbortSignal
}

/** What a unary call to the server came to, with the status and trailers of the server. */
export interface UnaryEnd {
  readonly code: status
  readonly details: string
  readonly trailers: Metadata
  /** The reply as bytes; only with status OK. */
  readonly reply: Buffer | undefined
}

/** Time in which the server has to answer a call that the gateway makes on its own account, in ms. */
const ownLimitMs = 5_000

/** A method of a generated service definition, as far as a request of our own needs it. */
interface OwnMethod<Request> {
  readonly path: string
  requestSerialize(request: Request): Buffer
}

/** Makes a unary call as bytes; never rejects. */
export async function callUnary(unary: UnaryCall): Promise<UnaryEnd> {
  const { channel, path, request, token, metadata = new Metadata(), deadline = Number.POSITIVE_INFINITY, left } = unary
  const { promise, resolve } = Promise.withResolvers<UnaryEnd>()
  const call = channel.pass(path, { metadata, deadline, ...(token && { token }) })
  let reply: Buffer | undefined
  call.on('data', (message: Buffer) => {
    reply = message
  })
  call.on('error', () => undefined)
  call.on('status', ({ code, details, metadata: trailers }: StatusObject) =>
    resolve({ code, details, trailers, reply }),
  )
  const cancel = () => call.cancel()
  left?.addEventListener('abort', cancel, { once: true })
  if (left?.aborted) cancel()
  call.write(request)
  call.end()
  const end = await promise
  left?.removeEventListener('abort', cancel)
  return end
}

/** The way of a call of our own. */
export interface OwnWay {
  readonly channel: Channel
  readonly clock: Clock
  /** Cancels the call, also one that still waits for its connection. */
  readonly stopped?: AbortSignal
}

/** Makes a unary call of one of our own generated methods; DEADLINE_EXCEEDED when the server does not answer within five seconds. */
export async function callMethod<Request>(
  { channel, clock, stopped }: OwnWay,
  method: OwnMethod<Request>,
  request: Request,
  token: AnyToken | undefined,
): Promise<UnaryEnd> {
  const left = new AbortController()
  const leave = () => left.abort()
  let isTooLate = false
  const cancel = clock.after(ownLimitMs, () => {
    isTooLate = true
    leave()
  })
  stopped?.addEventListener('abort', leave, { once: true })
  if (stopped?.aborted) leave()
  const { path } = method
  const end = await callUnary({
    channel,
    path,
    request: method.requestSerialize(request),
    token,
    left: left.signal,
  })
  cancel()
  stopped?.removeEventListener('abort', leave)
  if (!isTooLate || end.code !== status.CANCELLED) return end
  return { ...end, code: status.DEADLINE_EXCEEDED, details: 'the server did not answer in time' }
}
