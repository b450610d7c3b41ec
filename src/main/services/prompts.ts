import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../openobd/clock.ts'
import { delay } from '../../openobd/clock.ts'
import type { CallOutcome } from '../../openobd/failure.ts'
import { Backoff } from '../../openobd/grpc/backoff.ts'
import type { AnswerReceipt } from '../../openobd/wire/prompt-answer.ts'
import type { ShownPrompt } from '../../openobd/wire/shown-prompt.ts'
import { fail, failed, type Outcome, succeeded } from '../../shared/outcome.ts'
import type { EndedPrompt, Prompt, PromptChoice, PromptEndReason, PromptSession } from '../../shared/prompt.ts'
import { fitsControl, labelOf } from './prompt-rules.ts'

/** Sends an answer; repeating it with the same answer id is safe. */
export type SendAnswer = (
  promptId: string,
  answerId: string,
  choice: PromptChoice,
) => Promise<CallOutcome<AnswerReceipt>>

/** Dependencies of the prompts. */
export interface PromptsOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Undefined while no viewer is connected. */
  readonly sendAnswer: () => SendAnswer | undefined
  /** `functionName`: what runs in the session, for servers that do not name the asking function. */
  readonly describeSession: (sessionId: string) => { session: PromptSession; functionName?: string }
  /** `prompts` returns the newest list; unchanged prompts are the same objects as before. */
  readonly publish: (prompts: () => Prompt[], ended: EndedPrompt[]) => void
}

interface Shown {
  prompt: Prompt
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
    const present = new Set(records.map(({ id }) => id))
    for (const [id, { prompt }] of this.#shown)
      if (prompt.answerableHere && !present.has(id)) this.#remove(id, 'withdrawn')
    for (const record of records) this.#put(record, true)
    this.#publish()
  }

  /** A prompt appeared or was answered. */
  show(record: ShownPrompt): void {
    this.#put(record, true)
    this.#publish()
  }

  /** Shows a prompt that can be answered only on the platform's own screen. */
  mirror(record: ShownPrompt): void {
    this.#put(record, false)
    this.#publish()
  }

  /** A prompt has ended. */
  end(promptId: string, reason: PromptEndReason): void {
    this.#remove(promptId, reason)
    this.#publish()
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

  /** Removes every prompt, e.g. because another server was chosen. */
  clear(): void {
    this.#server += 1
    this.#shown.clear()
    this.#ended = []
    this.#publish()
  }

  /** Address of a prompt's picture; undefined when there is no such prompt or picture. */
  imageUrlOf(promptId: string): string | undefined {
    return this.#shown.get(promptId)?.imageUrl
  }

  /** Answers a prompt. Repeated calls with the same answer id give the same outcome. */
  answer(promptId: string, answerId: string, choice: PromptChoice): Promise<Outcome<null>> {
    const given = this.#given.get(promptId)
    if (given?.answerId === answerId) return given.outcome
    const shown = this.#shown.get(promptId)
    if (!shown) return Promise.resolve(fail('prompt-withdrawn'))
    const { prompt } = shown
    if (!prompt.answerableHere) return Promise.resolve(fail('not-allowed-now'))
    if (prompt.answer.state !== 'open') return Promise.resolve(fail('prompt-answered'))
    if (!fitsControl(prompt.control, choice)) return Promise.resolve(fail('answer-invalid'))
    this.#change(promptId, { state: 'sending', choice })
    const outcome = this.#deliver(promptId, answerId, choice)
    this.#remember(promptId, { answerId, outcome })
    return outcome
  }

  async #deliver(promptId: string, answerId: string, choice: PromptChoice): Promise<Outcome<null>> {
    const { clock, random } = this.#options
    const backoff = new Backoff({ random })
    const startedAt = clock.monotonicMs()
    const server = this.#server
    backoff.next()
    for (;;) {
      if (server !== this.#server) return fail('prompt-withdrawn')
      const send = this.#options.sendAnswer()
      const result = send ? await send(promptId, answerId, choice) : undefined
      if (result?.ok) return this.#settle(promptId, result.value.outcome, choice)
      const isFinal = result?.failure.certainty === 'refused' && result.failure.answered
      if (isFinal || clock.monotonicMs() - startedAt >= giveUpAfterMs) {
        this.#change(promptId, { state: 'open' })
        this.#given.delete(promptId)
        return result ? failed(result.failure) : fail('connection-lost')
      }
      // Also when the prompt has ended in the meantime: perhaps because this answer arrived.
      await delay(clock, backoff.next())
    }
  }

  #settle(promptId: string, outcome: AnswerReceipt['outcome'], choice: PromptChoice): Outcome<null> {
    switch (outcome) {
      case 'accepted':
        this.#ended = this.#ended.filter(({ id }) => id !== promptId)
        this.#change(promptId, { state: 'answered', choice })
        return succeeded(null)
      case 'answered':
        this.#change(promptId, { state: 'answered' })
        return fail('prompt-answered')
      case 'withdrawn':
        this.end(promptId, 'withdrawn')
        return fail('prompt-withdrawn')
      case 'invalid':
      case 'unknown':
        this.#change(promptId, { state: 'open' })
        this.#given.delete(promptId)
        return fail('answer-invalid')
    }
  }

  #put(record: ShownPrompt, answerableHere: boolean): void {
    const known = this.#shown.get(record.id)?.prompt.answer
    const isOwnAnswer = known !== undefined && known.state !== 'open'
    const { session, functionName } = this.#options.describeSession(record.sessionId)
    const prompt: Prompt = {
      id: record.id,
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
      answerableHere,
    }
    this.#shown.set(record.id, { prompt, imageUrl: record.screen.imageUrl, sessionId: record.sessionId })
  }

  #remove(promptId: string, reason: PromptEndReason): void {
    const prompt = this.#shown.get(promptId)?.prompt
    if (!prompt) return
    this.#shown.delete(promptId)
    if (prompt.answer.state === 'answered' || prompt.control.kind === 'label') return
    const ended = { id: promptId, reason, label: labelOf(prompt.control), endedAt: this.#options.clock.wallMs() }
    this.#ended = [...this.#ended, ended].slice(-keptEnded)
  }

  #change(promptId: string, answer: Prompt['answer']): void {
    const shown = this.#shown.get(promptId)
    if (shown) this.#shown.set(promptId, { ...shown, prompt: { ...shown.prompt, answer } })
    this.#publish()
  }

  #remember(promptId: string, given: Given): void {
    this.#given.set(promptId, given)
    const [oldest] = this.#given.keys()
    if (this.#given.size > keptAnswers && oldest !== undefined) this.#given.delete(oldest)
  }

  #publish(): void {
    this.#options.publish(() => [...this.#shown.values()].map(({ prompt }) => prompt), this.#ended)
  }
}
