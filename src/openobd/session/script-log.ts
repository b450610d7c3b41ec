import { succeeded } from '../../shared/outcome.ts'
import { type Cancel, type Clock, systemClock } from '../clock.ts'
import { type CallOutcome, refused, withoutValue } from '../failure.ts'
import type { LogMessage } from '../generated/types/openOBD/v1/LogMessage.ts'
import { defaultDeadlineMs } from '../grpc/grpc-channel.ts'
import type { GrpcStream, SendOutcome } from '../grpc/grpc-stream.ts'
import { openObdV1 } from '../grpc/protos.ts'
import { type LogLevel, logLevelToWire } from '../wire/script-log-line.ts'
import type { SessionCalls } from './session-calls.ts'

const rpc = 'logging/openLogStream'

/** After this many refusals in a row the session has ended for the log, and no stream is opened any more. */
const mostRefusals = 2

/** The script log of the session, opened by its first line. Lines beyond the queue's limit are dropped and counted. */
export class ScriptLog {
  readonly #calls: SessionCalls
  readonly #clock: Clock
  #open: { stream: GrpcStream<LogMessage, never>; reply: Promise<CallOutcome<object>> } | undefined
  #dropped = 0
  #refusals = 0

  constructor(calls: SessionCalls, clock: Clock = systemClock) {
    this.#calls = calls
    this.#clock = clock
  }

  /** Lines that could not be sent. */
  get dropped(): number {
    return this.#dropped
  }

  /** Writes a line; never waits. */
  write(level: LogLevel, content: string): void {
    const stream = this.#stream()
    const outcome: SendOutcome = stream?.send({ content, level: logLevelToWire(level) }) ?? 'over'
    if (outcome === 'full' || outcome === 'over') this.#dropped += 1
  }

  /** Sends the remaining lines and waits, at most 5 s, for the server's receipt; call it just before finishing. */
  async close(): Promise<CallOutcome<null>> {
    const open = this.#open
    if (!open) return succeeded(null)
    this.#open = undefined
    open.stream.halfClose()
    let cancel: Cancel = () => undefined
    const giveUp = new Promise<CallOutcome<object>>((resolve) => {
      const late = refused(rpc, 'timed-out', { certainty: 'unclear' })
      cancel = this.#clock.after(defaultDeadlineMs, () => resolve(late))
    })
    const outcome = await Promise.race([open.reply, giveUp])
    cancel()
    open.stream.stop()
    return withoutValue(outcome)
  }

  #stream(): GrpcStream<LogMessage, never> | undefined {
    if (this.#open && !this.#open.stream.isOver) return this.#open.stream
    if (this.#refusals >= mostRefusals) return undefined
    const opened = this.#calls.clientStream(openObdV1.logging.service.openLogStream)
    this.#open = opened.ok ? opened.value : undefined
    void this.#open?.reply.then((outcome) => this.#count(outcome))
    return this.#open?.stream
  }

  #count(outcome: CallOutcome<object>): void {
    const isRefused = !outcome.ok && outcome.failure.certainty === 'refused'
    this.#refusals = isRefused ? this.#refusals + 1 : 0
  }
}
