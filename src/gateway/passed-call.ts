import { type Metadata, type ServerDuplexStream, status } from '@grpc/grpc-js'
import type { Clock } from '../openobd/clock.ts'
import type { Channel, PassedCall as FarCall } from '../openobd/grpc/grpc-channel.ts'
import { type AnyToken, tokenFromWire } from '../openobd/token.ts'
import { Refusal } from '../server/refusal.ts'
import type { CallStatus } from '../server/rpc/rpc-handlers.ts'
import { statusOfRefusal } from '../server/rpc/statuses.ts'
import { nearDetails } from './far-status.ts'
import { passable } from './passable-metadata.ts'
import type { MappedToken } from './tokens.ts'
import { MalformedMessage } from './wire/fields.ts'

/** A call of a client of the gateway: every rpc is bytes in both directions. */
export type NearCall = ServerDuplexStream<Buffer, Buffer>

/** One call that is forwarded. */
export interface Passage {
  readonly path: string
  readonly near: NearCall
  readonly channel: Channel
  readonly bearer: MappedToken | undefined
  /** Aborted when the function whose call it is has been stopped. */
  readonly stopped: AbortSignal | undefined
  readonly clock: Clock
  /** Hosts of the server, which a client does not get to know. */
  readonly hidden: readonly string[]
  /** Whether the rpc sends a stream of replies, which ends with OK when the context is stopped. */
  readonly hasReplyStream: boolean
  readonly editRequest: (message: Buffer) => Buffer
  readonly editReply: (message: Buffer) => Buffer
  /** Sees each message that was sent to the server, and each reply, as the client has sent and received it. */
  readonly onRequest?: (message: Buffer) => void
  readonly onReply?: (message: Buffer) => void
  readonly onEnd?: (code: status) => void
  /** Bearer with which a broken stream is opened again; undefined: it stays broken. */
  readonly reopensWith?: () => string | undefined
}

/** Told to a function whose calls are not forwarded any more. */
export const wasStopped = 'the function was stopped'
/** A cancelled call is half-closed first, and cancelled at the server only after this time (design.md decision 11), in ms. */
const cancelAfterMs = 1_000
/** Delays before a broken stream is opened again, in ms; the last one repeats. */
const reopenDelaysMs = [0, 100, 200, 400, 1_000]
/** Ends of a stream at the server that a new stream can mend. */
const passingEnds: ReadonlySet<status> = new Set([
  status.UNAVAILABLE,
  status.INTERNAL,
  status.UNKNOWN,
  status.DATA_LOSS,
])
/**
 * Forwards one call with back-pressure both ways, its deadline, cancellation, status, details and trailers. Once its context is
 * stopped nothing of it reaches the server any more.
 */
export class PassedCall {
  readonly #passage: Passage
  readonly #settled = Promise.withResolvers<void>()
  #far: FarCall | undefined
  #firstRequest: Buffer | undefined
  #hasHalfClosed = false
  #isOver = false
  #hasMetadata = false
  #reopenings = 0

  constructor(passage: Passage) {
    this.#passage = passage
    const { near, bearer, stopped } = passage
    near.on('data', (message: Buffer) => this.#requestArrived(message))
    near.on('end', () => this.#halfClose())
    near.on('cancelled', () => this.#leave())
    near.on('error', () => undefined)
    this.#watchStop(stopped)
    this.#open(bearer?.far)
  }

  /** Resolves when nothing of the call is left at the side of the server. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  /** A context lives longer than most of its calls, so a call that has settled leaves nothing there. */
  #watchStop(stopped: AbortSignal | undefined): void {
    if (stopped === undefined) return
    const stop = () => this.#stop()
    stopped.addEventListener('abort', stop, { once: true })
    void this.settled.then(() => stopped.removeEventListener('abort', stop))
  }

  #open(farToken: string | undefined): void {
    const { path, channel, near } = this.#passage
    const token = farToken === undefined ? undefined : tokenOf(this.#passage.bearer, farToken)
    const far = channel.pass(path, {
      metadata: passable(near.metadata),
      deadline: Number(near.getDeadline()),
      ...(token && { token }),
    })
    this.#far = far
    far.on('metadata', (metadata: Metadata) => this.#headersArrived(metadata))
    far.on('data', (message: Buffer) => this.#replyArrived(far, message))
    far.on('error', () => undefined)
    far.on('status', ({ code, details, metadata }) => this.#ended(far, code, details, metadata))
  }

  #requestArrived(message: Buffer): void {
    const { editRequest, onRequest, near, reopensWith } = this.#passage
    const far = this.#far
    if (this.#isOver || far === undefined) return
    let edited: Buffer
    try {
      edited = editRequest(message)
    } catch (error) {
      this.#refuse(statusOf(error, { code: status.INVALID_ARGUMENT, details: 'the message cannot be read' }))
      return
    }
    if (reopensWith !== undefined) this.#firstRequest = edited
    onRequest?.(message)
    if (far.write(edited)) return
    near.pause()
    far.once('drain', () => near.resume())
  }

  #halfClose(): void {
    this.#hasHalfClosed = true
    if (!this.#isOver) this.#far?.end()
  }

  #headersArrived(metadata: Metadata): void {
    const { near } = this.#passage
    if (this.#isOver || this.#hasMetadata) return
    this.#hasMetadata = true
    near.sendMetadata(passable(metadata))
  }

  #replyArrived(far: FarCall, message: Buffer): void {
    const { editReply, onReply, near } = this.#passage
    if (this.#isOver || far !== this.#far) return
    let edited: Buffer
    try {
      edited = editReply(message)
    } catch (error) {
      this.#refuse(statusOf(error, { code: status.INTERNAL, details: 'the server sent a message that cannot be read' }))
      return
    }
    onReply?.(message)
    this.#reopenings = 0
    if (near.write(edited)) return
    far.pause()
    near.once('drain', () => far.resume())
  }

  #ended(far: FarCall, code: status, details: string, trailers: Metadata): void {
    if (far !== this.#far) return
    if (this.#isOver) {
      this.#settled.resolve()
      return
    }
    if (passingEnds.has(code) && this.#reopenLater()) return
    this.#isOver = true
    this.#settled.resolve()
    const { near, onEnd, hidden } = this.#passage
    onEnd?.(code)
    const metadata = passable(trailers)
    if (code === status.OK) near.end(metadata)
    else near.emit('error', { code, details: nearDetails(code, details, hidden), metadata })
  }

  /** Opens a broken stream again, as long as its caller and its context are there. */
  #reopenLater(): boolean {
    const { reopensWith, clock } = this.#passage
    if (reopensWith?.() === undefined) return false
    const delay = reopenDelaysMs[Math.min(this.#reopenings, reopenDelaysMs.length - 1)] ?? 0
    this.#reopenings += 1
    this.#far = undefined
    clock.after(delay, () => {
      if (this.#isOver) return
      const token = reopensWith()
      if (token === undefined) {
        this.#refuse({ code: status.UNAVAILABLE, details: 'the connection to the server was lost' })
        return
      }
      this.#open(token)
      if (this.#firstRequest !== undefined) this.#far?.write(this.#firstRequest)
      if (this.#hasHalfClosed) this.#far?.end()
    })
    return true
  }

  /** The client has cancelled the call, or its deadline has passed. */
  #leave(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#passage.onEnd?.(status.CANCELLED)
    const far = this.#far
    if (far === undefined) {
      this.#settled.resolve()
      return
    }
    far.resume()
    if (!this.#hasHalfClosed) far.end()
    const cancel = this.#passage.clock.after(cancelAfterMs, () => far.cancel())
    void this.#settled.promise.then(cancel)
  }

  #stop(): void {
    const { near, hasReplyStream } = this.#passage
    const wasOver = this.#isOver
    this.#isOver = true
    if (this.#far === undefined) this.#settled.resolve()
    else this.#far.cancel()
    if (wasOver) return
    this.#passage.onEnd?.(status.CANCELLED)
    if (hasReplyStream) near.end()
    else near.emit('error', { code: status.FAILED_PRECONDITION, details: wasStopped })
  }

  #refuse(end: CallStatus): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#far === undefined) this.#settled.resolve()
    else this.#far.cancel()
    this.#passage.onEnd?.(end.code)
    this.#passage.near.emit('error', end)
  }
}

/** The status for a message that cannot be passed on. */
function statusOf(error: unknown, unreadable: CallStatus): CallStatus {
  if (error instanceof Refusal) return { code: statusOfRefusal[error.kind], details: error.message }
  if (error instanceof MalformedMessage) return { ...unreadable, details: `${unreadable.details}: ${error.message}` }
  throw error
}

const tokenOf = (bearer: MappedToken | undefined, value: string): AnyToken | undefined =>
  bearer && tokenFromWire(bearer.kind, value)
