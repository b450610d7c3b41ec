import type { Clock } from '../../openobd/clock.ts'
import type { NewFact } from '../../shared/facts.ts'
import type { Prompt, PromptControl } from '../../shared/prompt.ts'
import type { GivenAnswer, PromptRecorder } from '../services/prompt-recorder.ts'
import { labelOf } from '../services/prompt-rules.ts'
import type { Job } from './job.ts'
import type { Journal } from './journal/journal.ts'
import type { Visitors } from './visitors.ts'

/** How long an answer waits for the disk, in ms (design decision 12). */
export const answerRecordLimitMs = 250
/** Texts that only show progress are recorded at most this often, in ms. */
const progressEveryMs = 1_000
const longestText = 500
const mostOptions = 500

/** Dependencies of the recorder. */
export interface PromptFactsOptions {
  readonly clock: Clock
  readonly journal: Pick<Journal, 'trouble'>
  readonly visitors: Pick<Visitors, 'record'>
  /** Our job with this session; undefined for sessions of others. */
  readonly jobOf: (sessionId: string) => Job | undefined
}

/** Records the prompts of our sessions and all answers that are given here. */
export class PromptFacts implements PromptRecorder {
  readonly #options: PromptFactsOptions
  /** When progress was last recorded, by job. */
  readonly #progressAt = new WeakMap<Job, number>()

  constructor(options: PromptFactsOptions) {
    this.#options = options
  }

  shown(prompt: Prompt, promptId: string, sessionId: string): void {
    const job = this.#options.jobOf(sessionId)
    const session = job?.handle
    if (!job || session === undefined || job.state.prompts.some((known) => known.promptId === promptId)) return
    if (prompt.control.kind === 'label' && !this.#takesProgress(job)) return
    job.record({
      kind: 'prompt-shown',
      actor: 'function',
      session,
      promptId,
      functionName: cut(prompt.functionName),
      target: prompt.target,
      control: cutControl(prompt.control),
    })
  }

  ended(promptId: string, sessionId: string, reason: Extract<NewFact, { kind: 'prompt-ended' }>['reason']): void {
    const job = this.#options.jobOf(sessionId)
    if (!job?.state.prompts.some((known) => known.promptId === promptId)) return
    job.record({ kind: 'prompt-ended', actor: 'function', promptId, reason })
  }

  answering(answer: GivenAnswer): { readonly sendable: Promise<boolean>; readonly durable: Promise<void> } {
    const { promptId, answerId, choice, device, sessionId } = answer
    const given = { actor: 'mechanic', promptId, answerId, choice, device } as const
    const job = this.#options.jobOf(sessionId)
    const { durable } = job
      ? job.record({ kind: 'prompt-answered', ...given })
      : this.#options.visitors.record({ kind: 'visitor-answered', ...given, ...visited(answer.prompt) })
    return { durable, sendable: this.#sendable(durable) }
  }

  settled(answer: GivenAnswer, outcome: Extract<NewFact, { kind: 'answer-settled' }>['outcome']): void {
    const { promptId, answerId, sessionId } = answer
    this.#options.jobOf(sessionId)?.record({ kind: 'answer-settled', actor: 'server', promptId, answerId, outcome })
  }

  /** A disk that is known to refuse is not waited for. */
  #sendable(durable: Promise<void>): Promise<boolean> {
    const { clock, journal } = this.#options
    if (journal.trouble) return Promise.resolve(false)
    return new Promise((resolve) => {
      const cancel = clock.after(answerRecordLimitMs, () => resolve(false))
      void durable.then(() => {
        cancel()
        resolve(true)
      })
    })
  }

  #takesProgress(job: Job): boolean {
    const now = this.#options.clock.monotonicMs()
    const last = this.#progressAt.get(job)
    if (last !== undefined && now - last < progressEveryMs) return false
    this.#progressAt.set(job, now)
    return true
  }
}

const cut = (text: string): string => text.slice(0, longestText)

function cutControl(control: PromptControl): PromptControl {
  if (control.kind === 'unknown') return control
  const label = cut(control.label)
  if (control.kind !== 'options') return { ...control, label }
  return { ...control, label, options: control.options.slice(0, mostOptions).map(cut) }
}

function visited({ functionName, control, session }: Prompt) {
  const { licensePlate, ticketNumber, connectorNumber } = session
  const place = [licensePlate, ticketNumber, connectorNumber].filter((part) => part).join(' ')
  return { functionName: cut(functionName), label: cut(labelOf(control)), place: cut(place) }
}
