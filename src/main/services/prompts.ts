import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../openobd/clock.ts'
import { delay } from '../../openobd/clock.ts'
import type { CallOutcome } from '../../openobd/failure.ts'
import { Backoff } from '../../openobd/grpc/backoff.ts'
import type { AnswerReceipt } from '../../openobd/wire/prompt-answer.ts'
import type { ShownPrompt } from '../../openobd/wire/shown-prompt.ts'
import { dropOldest } from '../../shared/drop-oldest.ts'
import type { InputDevice } from '../../shared/facts.ts'
import { fail, failed, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { EndedPrompt, Prompt, PromptChoice, PromptEndReason, PromptSession } from '../../shared/prompt.ts'
import type { GivenAnswer, PromptRecorder } from './prompt-recorder.ts'
import { fitsControl, labelOf } from './prompt-rules.ts'

/** Sends an answer; repeating it with the same answer id is safe. */
export type SendAnswer = (
  promptId: string,
  answerId: string,
  choice: PromptChoice,
) => Promise<CallOutcome<AnswerReceipt>>

/** Dependencies of the prompts. */
export interface PromptsOptions {
  /** Precedes the ids of this server's prompts, so that no two servers have the same. */
  readonly idPrefix?: string
  readonly recorder: PromptRecorder
  readonly clock: Clock
  readonly random: () => number
  /** Sends the answer of a prompt; undefined while there is no connection for it. */
  readonly sendAnswer: (promptId: string) => SendAnswer | undefined
  /** Whether the prompt is kept on this computer, so that the server's snapshot says nothing about it. */
  readonly isKeptHere: (promptId: string) => boolean
  /** `functionName`: what runs in the session, for servers that do not name the asking function. */
  readonly describeSession: (sessionId: string) => { session: PromptSession; functionName?: string }
  /** The list, or what ended last, has changed. */
  readonly publish: () => void
}

interface Shown {
  prompt: Prompt
  /** The server's id of the prompt. */
  promptId: string
  imageUrl: string | undefined
  sessionId: string
}
interface Given {
  answerId: string
  outcome: Promise<Outcome<null>>
}

const keptEnded = 5
const keptAnswers = 100
/** How long an answer is repeated before the prompt opens again, in ms. */
const giveUpAfterMs = 30_000

/**
 * The prompts on display. Each tap has one answer id. The answer is repeated with this id until the server reports its outcome,
 * so that a lost reply never leads to a second answer.
 */
export class Prompts {
  readonly #options: PromptsOptions
  #shown = new Map<string, Shown>()
  #ended: EndedPrompt[] = []
  readonly #given = new Map<string, Given>()
  /** Increases with every server, so that an answer for an earlier server is never sent to the present one. */
  #server = 0

  constructor(options: PromptsOptions) {
    this.#options = options
  }

  /** Takes over a viewer's snapshot; prompts that are missing from it have ended. */
  replaceAll(records: readonly ShownPrompt[]): void {
    const present = new Set(records.map(({ id }) => this.#idOf(id)))
    for (const [id, { promptId }] of this.#shown)
      if (!present.has(id) && !this.#options.isKeptHere(promptId)) this.#remove(id, 'withdrawn')
    for (const record of records) this.#put(record)
    this.#publish()
  }

  /** A prompt appeared or was answered. */
  show(record: ShownPrompt): void {
    this.#put(record)
    this.#publish()
  }

  /** A prompt has ended. */
  end(promptId: string, reason: PromptEndReason): void {
    this.#remove(this.#idOf(promptId), reason)
    this.#publish()
  }

  /** A session has ended: nobody waits for an answer to its prompts, also when the server cannot say so now. */
  endSession(ended: string): void {
    const ids = [...this.#shown].flatMap(([id, { sessionId }]) => (sessionId === ended ? id : []))
    for (const id of ids) this.#remove(id, 'session-ended')
    if (ids.length > 0) this.#publish()
  }

  /** Updates the sessions of all prompts, or of those for which `concerns` is true. Publishes only changes. */
  refreshSessions(concerns: (session: PromptSession, sessionId: string) => boolean = () => true): void {
    let hasChanged = false
    for (const [id, shown] of this.#shown) {
      if (!concerns(shown.prompt.session, shown.sessionId)) continue
      const { session } = this.#options.describeSession(shown.sessionId)
      if (isDeepStrictEqual(session, shown.prompt.session)) continue
      this.#shown.set(id, { ...shown, prompt: { ...shown.prompt, session } })
      hasChanged = true
    }
    if (hasChanged) this.#publish()
  }

  /** Removes every prompt, e.g. because the server has ended. */
  clear(): void {
    this.#server += 1
    for (const id of [...this.#shown.keys()]) this.#remove(id, 'withdrawn')
    this.#ended = []
    this.#publish()
  }

  /** Address of a prompt's picture; undefined when there is no such prompt or picture. */
  imageUrlOf(promptId: string): string | undefined {
    return this.#shown.get(promptId)?.imageUrl
  }

  /** The prompts on display; unchanged ones are the same objects as before. */
  get list(): Prompt[] {
    return [...this.#shown.values()].map(({ prompt }) => prompt)
  }

  /** The last prompts that ended without an answer from here. */
  get ended(): readonly EndedPrompt[] {
    return this.#ended
  }

  /** Whether the prompt is on display, or was answered here. */
  knows(id: string): boolean {
    return this.#shown.has(id) || this.#given.has(id)
  }

  /** Answers a prompt. Repeated calls with the same answer id give the same outcome. */
  answer(id: string, answerId: string, choice: PromptChoice, device: InputDevice = 'unknown'): Promise<Outcome<null>> {
    const earlier = this.#given.get(id)
    if (earlier?.answerId === answerId) return earlier.outcome
    const shown = this.#shown.get(id)
    if (!shown) return Promise.resolve(fail('prompt-withdrawn'))
    const { prompt, promptId, sessionId } = shown
    if (prompt.answer.state !== 'open') return Promise.resolve(fail('prompt-answered'))
    if (!fitsControl(prompt.control, choice)) return Promise.resolve(fail('answer-invalid'))
    this.#change(id, { state: 'sending', choice })
    const given = { prompt, promptId, sessionId, answerId, choice, device }
    const outcome = this.#record(id, given, this.#server)
    this.#remember(id, { answerId, outcome })
    return outcome
  }

  /** An answer goes out when it is on the disk, or, marked as unrecorded, when the disk is too slow. */
  async #record(id: string, answer: GivenAnswer, server: number): Promise<Outcome<null>> {
    const { sendable, durable } = this.#options.recorder.answering(answer)
    const isRecorded = await sendable
    if (!isRecorded) {
      this.#change(id, { state: 'sending', choice: answer.choice, unrecorded: true })
      void durable.then(() => this.#markRecorded(id))
    }
    return this.#deliver(id, answer, server, !isRecorded)
  }

  #markRecorded(id: string): void {
    const answer = this.#shown.get(id)?.prompt.answer
    if (answer === undefined || answer.state === 'open' || !answer.unrecorded) return
    const { unrecorded: _, ...recorded } = answer
    this.#change(id, recorded)
  }

  async #deliver(id: string, answer: GivenAnswer, server: number, isUnrecorded: boolean): Promise<Outcome<null>> {
    const { clock, random } = this.#options
    const { promptId, answerId, choice } = answer
    const backoff = new Backoff({ random })
    const startedAt = clock.monotonicMs()
    backoff.next()
    for (;;) {
      if (server !== this.#server) {
        this.#options.recorder.settled(answer, 'not-delivered')
        return fail('prompt-withdrawn')
      }
      const send = this.#options.sendAnswer(promptId)
      const result = send ? await send(promptId, answerId, choice) : undefined
      if (result?.ok) return this.#settle(id, answer, result.value.outcome, isUnrecorded)
      const isFinal = result?.failure.certainty === 'refused' && result.failure.answered
      if (isFinal || clock.monotonicMs() - startedAt >= giveUpAfterMs) {
        this.#options.recorder.settled(answer, isFinal ? 'refused' : 'not-delivered')
        this.#reopen(id)
        return result ? failed(result.failure) : fail('connection-lost')
      }
      // Also when the prompt has ended in the meantime: perhaps because this answer arrived.
      await delay(clock, backoff.next())
    }
  }

  #reopen(id: string): void {
    this.#change(id, { state: 'open' })
    this.#given.delete(id)
  }

  #settle(id: string, answer: GivenAnswer, outcome: AnswerReceipt['outcome'], isUnrecorded: boolean): Outcome<null> {
    const { recorder } = this.#options
    switch (outcome) {
      case 'accepted': {
        recorder.settled(answer, 'accepted')
        this.#ended = this.#ended.filter((one) => one.id !== id)
        const known = this.#shown.get(id)?.prompt.answer
        const isStill = isUnrecorded && known?.state === 'sending' && known.unrecorded
        this.#change(id, { state: 'answered', choice: answer.choice, ...(isStill ? { unrecorded: true } : {}) })
        return succeeded(null)
      }
      case 'answered':
        recorder.settled(answer, 'already-answered')
        this.#change(id, { state: 'answered' })
        return fail('prompt-answered')
      case 'withdrawn':
        recorder.settled(answer, 'withdrawn')
        this.end(answer.promptId, 'withdrawn')
        return fail('prompt-withdrawn')
      case 'invalid':
      case 'unknown':
        recorder.settled(answer, 'refused')
        this.#reopen(id)
        return fail('answer-invalid')
    }
  }

  #idOf(promptId: string): string {
    return `${this.#options.idPrefix ?? ''}${promptId}`
  }

  #put(record: ShownPrompt): void {
    const id = this.#idOf(record.id)
    const known = this.#shown.get(id)?.prompt.answer
    const isOwnAnswer = known !== undefined && known.state !== 'open'
    const { session, functionName } = this.#options.describeSession(record.sessionId)
    const prompt: Prompt = {
      id,
      session,
      functionName: record.functionName || (functionName ?? ''),
      target: record.screen.target,
      control: record.screen.control,
      translations: Object.fromEntries(
        Object.entries(record.screen.translations).map(([text, languages]) => [text, { ...languages }]),
      ),
      hasImage: record.screen.imageUrl !== undefined,
      shownAt: record.shownAt ?? this.#options.clock.wallMs(),
      // The receipt decides about an answer that is being sent, not the event that the prompt was answered.
      answer: isOwnAnswer ? known : { state: record.answeredAt !== undefined ? 'answered' : 'open' },
    }
    const { sessionId } = record
    this.#shown.set(id, { prompt, promptId: record.id, imageUrl: record.screen.imageUrl, sessionId })
    this.#options.recorder.shown(prompt, record.id, sessionId)
  }

  #remove(id: string, reason: PromptEndReason): void {
    const shown = this.#shown.get(id)
    if (!shown) return
    const { prompt, promptId, sessionId } = shown
    this.#shown.delete(id)
    this.#options.recorder.ended(promptId, sessionId, reason)
    if (prompt.answer.state === 'answered' || prompt.control.kind === 'label') return
    const ended = { id, reason, label: labelOf(prompt.control), endedAt: this.#options.clock.wallMs() }
    this.#ended = [...this.#ended, ended].slice(-keptEnded)
  }

  #change(id: string, answer: Prompt['answer']): void {
    const shown = this.#shown.get(id)
    if (shown) this.#shown.set(id, { ...shown, prompt: { ...shown.prompt, answer } })
    this.#publish()
  }

  #remember(id: string, given: Given): void {
    this.#given.set(id, given)
    dropOldest(this.#given, keptAnswers)
  }

  #publish(): void {
    this.#options.publish()
  }
}
