import type { Cancel, Clock } from '../openobd/clock.ts'
import { openObdV1 } from '../openobd/grpc/protos.ts'
import { busyCountsMs, givenUpAfterMs } from '../shared/waiting.ts'
import type { GatewayContext } from './contexts.ts'
import { bytesOf, numberOf, textOf } from './wire/fields.ts'
import { type ControlUnitAddress, type Write, Writes } from './writes.ts'

/** What a context waits for, as far as it passes the gateway. */
export interface Activity {
  readonly context: GatewayContext
  /** Requests to control units without an answer, oldest first. */
  readonly requests: readonly PendingRequest[]
  /** Unix ms since when a call to the server has no answer; undefined when there is none. */
  readonly serverSince: number | undefined
  /** The last request that changes something in the car and was not refused, for the sentence after a stop. */
  readonly lastWrite: Write | undefined
}

/** One request to a control unit that waits for its answer. */
export interface PendingRequest {
  readonly address: ControlUnitAddress
  /** Unix ms of the request. */
  readonly since: number
  /** Unix ms since when its channel has asked without a final answer; earlier than `since` after a repetition. */
  readonly unansweredSince: number
  /** Number of "response pending" answers (0x78) so far. */
  readonly pendingAnswers: number
  /** The last answer that is not final: 0x78 (response pending) or 0x21 (busy, repeat the request). */
  readonly lastAnswer?: 'pending' | 'busy'
  /** Unix ms of that answer. */
  readonly lastAnswerAt?: number
}

/** A call whose messages are watched. */
export interface WatchedCall {
  requestSent(message: Buffer): void
  replyArrived(message: Buffer): void
  close(): void
}

const diagnosticStreams: ReadonlySet<string> = new Set([
  openObdV1.can.service.openIsotpStream.path,
  openObdV1.can.service.openTp20Stream.path,
  openObdV1.kline.service.openKlineStream.path,
  openObdV1.doip.service.openDoipStream.path,
])
const payloadField = 2
/** Calls that wait on purpose, so that waiting for them means nothing. */
const waitsOnPurpose = /Stream$|\/monitorFunctionContext$|\/runFunction$|\/watch\w+$/
/** Changes are reported at most this often, in ms. */
const reportEveryMs = 100

interface Seen {
  requests: Map<string, PendingRequest>
  serverCalls: Map<symbol, number>
  readonly writes: Writes
}

/** Follows what each context waits for. Computed only from what passes the gateway. */
export class Activities {
  readonly #clock: Clock
  readonly #report: (activity: Activity) => void
  readonly #records = new Map<GatewayContext, Seen>()
  readonly #changed = new Set<GatewayContext>()
  #next: Cancel | undefined
  /** Number of diagnostic streams so far; two streams may have equal channels. */
  #streams = 0

  constructor(clock: Clock, report: (activity: Activity) => void) {
    this.#clock = clock
    this.#report = report
  }

  /** Watches a call of a context. */
  open(path: string, context: GatewayContext | undefined): WatchedCall {
    if (context === undefined) return unwatched
    if (diagnosticStreams.has(path)) return this.#diagnostic(path, context)
    return waitsOnPurpose.test(path) ? unwatched : this.#serverCall(context)
  }

  /** What a context has been seen to do. */
  of(context: GatewayContext): Activity {
    const { requests, serverCalls, writes } = this.#recordOf(context)
    return {
      context,
      requests: [...requests.values()],
      serverSince: serverCalls.size === 0 ? undefined : Math.min(...serverCalls.values()),
      lastWrite: writes.last,
    }
  }

  /** Reports what has changed of a context at once. */
  flush(context: GatewayContext): void {
    if (this.#changed.delete(context)) this.#report(this.of(context))
  }

  /** A context has ended; what has changed since its last report is reported before. */
  forget(context: GatewayContext): void {
    this.flush(context)
    this.#records.delete(context)
  }

  close(): void {
    this.#next?.()
  }

  #diagnostic(path: string, context: GatewayContext): WatchedCall {
    this.#streams += 1
    const stream = this.#streams
    const asked = new Set<string>()
    const keyOf = (channel: Buffer) => `${stream} ${channel.toString('base64')}`
    return {
      requestSent: (message) => {
        const payload = textOf(message, payloadField)
        if (payload === '') return
        const channel = bytesOf(message, channelField)
        const address = addressOf(path, channel)
        const record = this.#recordOf(context)
        const at = this.#clock.wallMs()
        const key = keyOf(channel)
        asked.add(key)
        const before = record.requests.get(key)
        const unansweredSince = before && isRepeated(before, at) ? before.unansweredSince : at
        record.requests.set(key, { address, since: at, unansweredSince, pendingAnswers: 0 })
        record.writes.requestSent(key, address, payload, at)
        this.#change(context)
      },
      replyArrived: (message) => {
        const { requests, writes } = this.#recordOf(context)
        const key = keyOf(bytesOf(message, channelField))
        const payload = textOf(message, payloadField)
        if (payload !== '') writes.replyArrived(key, payload)
        const pending = requests.get(key)
        if (pending === undefined) return
        const lastAnswerAt = this.#clock.wallMs()
        const { pendingAnswers } = pending
        if (/^7f..78/i.test(payload))
          requests.set(key, { ...pending, pendingAnswers: pendingAnswers + 1, lastAnswer: 'pending', lastAnswerAt })
        else if (/^7f..21/i.test(payload)) requests.set(key, { ...pending, lastAnswer: 'busy', lastAnswerAt })
        else requests.delete(key)
        this.#change(context)
      },
      close: () => {
        const { requests, writes } = this.#recordOf(context)
        for (const key of asked) {
          requests.delete(key)
          writes.channelClosed(key)
        }
        this.#change(context)
      },
    }
  }

  #serverCall(context: GatewayContext): WatchedCall {
    const call = Symbol('call')
    const { serverCalls } = this.#recordOf(context)
    const settle = () => {
      if (serverCalls.delete(call)) this.#change(context)
    }
    return {
      requestSent: () => {
        serverCalls.set(call, this.#clock.wallMs())
        this.#change(context)
      },
      replyArrived: settle,
      close: settle,
    }
  }

  #recordOf(context: GatewayContext): Seen {
    const record = this.#records.get(context) ?? { requests: new Map(), serverCalls: new Map(), writes: new Writes() }
    if (context.state !== 'ended') this.#records.set(context, record)
    return record
  }

  #change(context: GatewayContext): void {
    this.#changed.add(context)
    this.#next ??= this.#clock.after(reportEveryMs, () => {
      this.#next = undefined
      for (const changed of this.#changed) if (changed.state !== 'ended') this.#report(this.of(changed))
      this.#changed.clear()
    })
  }
}

/** A request that follows an unanswered one of its channel goes on waiting, unless that one was given up long before. */
const isRepeated = ({ since, lastAnswer, lastAnswerAt }: PendingRequest, at: number): boolean =>
  lastAnswer === 'busy' ? at - (lastAnswerAt ?? since) <= busyCountsMs : at - since <= givenUpAfterMs

const unwatched: WatchedCall = { requestSent: () => undefined, replyArrived: () => undefined, close: () => undefined }

const channelField = 1
/** The control unit of a channel by the fields of its message: bus name, then the number that addresses it (wire-format.txt). */
function addressOf(path: string, channel: Buffer): ControlUnitAddress {
  const isDoip = path === openObdV1.doip.service.openDoipStream.path
  return { bus: textOf(channel, 1), id: numberOf(channel, isDoip ? 4 : 2) }
}
