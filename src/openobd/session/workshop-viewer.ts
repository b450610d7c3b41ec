import { lasts } from '../../shared/outcome.ts'
import type { PromptChoice } from '../../shared/prompt.ts'
import type { Clock } from '../clock.ts'
import { type CallFailure, type CallOutcome, mapOutcome, unlessMalformed } from '../failure.ts'
import type { WorkshopEvent__Output } from '../generated/types/workbench/v1/WorkshopEvent.ts'
import type { CallTransport } from '../grpc/grpc-channel.ts'
import type { GrpcStream, StreamEnd } from '../grpc/grpc-stream.ts'
import { workbenchV1 } from '../grpc/protos.ts'
import { ReopeningStream } from '../grpc/reopening-stream.ts'
import type { ControllerToken } from '../token.ts'
import { type AnswerReceipt, answerReceiptFromWire, promptAnswerToWire } from '../wire/prompt-answer.ts'
import { type SessionRecord, sessionRecordFromWire } from '../wire/session-record.ts'
import { type WorkshopEvent, workshopEventFromWire } from '../wire/workshop-event.ts'
import { FollowedSessions } from './followed-sessions.ts'
import type { SessionController } from './session-controller.ts'

const rpcs = workbenchV1.viewer.service

/** `absent`: the server has no viewer service. `refused`: wrong credentials or no trust; not tried again. */
export type ViewerStatus = 'connecting' | 'live' | 'reconnecting' | 'absent' | 'refused'

export interface WorkshopViewerOptions {
  readonly controller: SessionController<CallTransport>
  readonly clock: Clock
  readonly random: () => number
  /** After each opening the first event is a snapshot that replaces everything known before. */
  readonly onEvent: (event: WorkshopEvent) => void
  readonly onStatus?: (status: ViewerStatus, failure?: CallFailure) => void
}

/** The viewer of workbench.v1: follows the whole workshop and sends the person's answers. */
export class WorkshopViewer {
  readonly #options: WorkshopViewerOptions
  readonly #stream: ReopeningStream<WorkshopEvent__Output>
  #status: ViewerStatus = 'connecting'
  readonly #sessions = new FollowedSessions()
  #nextSequence = 0
  #unreadable = 0
  #bearer: ControllerToken | undefined

  constructor(options: WorkshopViewerOptions) {
    this.#options = options
    this.#stream = new ReopeningStream({
      clock: options.clock,
      random: options.random,
      open: () => this.#open(),
      onMessage: (message) => this.#onMessage(message),
      onEnd: (end) => this.#onEnd(end),
    })
  }

  get status(): ViewerStatus {
    return this.#status
  }

  /** Events that could not be read because a required field was missing. */
  get unreadable(): number {
    return this.#unreadable
  }

  /** Follows the workshop until `stop`; may be called again after a refusal. */
  start(): void {
    this.#stream.start()
  }

  stop(): void {
    this.#stream.stop()
  }

  /** Tries again at once, e.g. after a sleep. */
  reopenNow(): void {
    this.#stream.reopenNow()
  }

  /**
   * Sends an answer in one call. The answer id makes it safe to repeat after a lost reply: the answer is recorded at
   * most once.
   */
  async answerPrompt(promptId: string, answerId: string, choice: PromptChoice): Promise<CallOutcome<AnswerReceipt>> {
    const { controller } = this.#options
    const outcome = await controller.call(rpcs.answerPrompt, promptAnswerToWire(promptId, answerId, choice))
    return mapOutcome(rpcs.answerPrompt, outcome, answerReceiptFromWire)
  }

  /** The engine's record of a session, also after its end. */
  async getSessionRecord(sessionId: string): Promise<CallOutcome<SessionRecord>> {
    const outcome = await this.#options.controller.call(rpcs.getSessionRecord, { session_id: sessionId })
    return mapOutcome(rpcs.getSessionRecord, outcome, sessionRecordFromWire)
  }

  async #open(): Promise<GrpcStream<never, WorkshopEvent__Output> | undefined> {
    const bearer = await this.#options.controller.token()
    if (!bearer.ok) {
      const isPermanent = lasts(bearer.failure)
      if (isPermanent) this.#stream.stop()
      this.#set(isPermanent ? 'refused' : 'reconnecting', bearer.failure)
      return undefined
    }
    this.#bearer = bearer.value
    return this.#options.controller.grpcChannel.serverStream(
      rpcs.watchWorkshop,
      { session_updates: true },
      { token: bearer.value },
    )
  }

  #onMessage(message: WorkshopEvent__Output): void {
    const isGap = !message.snapshot && message.sequence !== this.#nextSequence
    this.#nextSequence = message.sequence + 1
    const event = isGap ? undefined : this.#read(message)
    if (event === undefined) {
      this.#set('reconnecting')
      this.#stream.restart()
      return
    }
    this.#set('live')
    if (event !== 'unreadable') this.#options.onEvent(event)
  }

  /** The event to report; undefined when data that later events need is missing. */
  #read(message: WorkshopEvent__Output): WorkshopEvent | 'unreadable' | undefined {
    return unlessMalformed<WorkshopEvent | 'unreadable' | undefined>(
      () => this.#sessions.follow(workshopEventFromWire(message)),
      () => {
        this.#unreadable += 1
        return message.session_updated ? undefined : 'unreadable'
      },
    )
  }

  #onEnd(end: StreamEnd): 'reopen' | 'give-up' {
    const failure = end.kind === 'failed' ? end.failure : undefined
    if (failure?.code === 'not-supported-by-server') {
      this.#set('absent', failure)
      return 'give-up'
    }
    if (failure?.bearerRefused && this.#bearer) this.#options.controller.forgetToken(this.#bearer)
    this.#set('reconnecting', failure)
    return 'reopen'
  }

  #set(status: ViewerStatus, failure?: CallFailure): void {
    if (status === this.#status && !failure) return
    this.#status = status
    this.#options.onStatus?.(status, failure)
  }
}
