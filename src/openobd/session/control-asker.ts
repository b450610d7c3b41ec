import { failed, succeeded } from '../../shared/outcome.ts'
import type { PromptChoice, PromptControl } from '../../shared/prompt.ts'
import { type CallOutcome, refused } from '../failure.ts'
import type { Control, Control__Output } from '../generated/types/openOBD/v1/Control.ts'
import type { GrpcStream } from '../grpc/grpc-stream.ts'
import { openObdV1 } from '../grpc/protos.ts'
import { type ControlTarget, controlToWire, type Translations } from '../wire/control.ts'
import { controlAnswerFromWire } from '../wire/control-answer.ts'
import type { SessionCalls } from './session-calls.ts'

/** Settings of a control. */
export interface ScreenSettings {
  readonly target?: ControlTarget
  readonly translations?: Translations
  readonly imageUrl?: string
  /** Ends the wait; the control stays on the screen until the next control or the end of the stream. */
  readonly signal?: AbortSignal
}

const rpc = 'userInterface/openControlStream'

interface Pending {
  readonly kind: PromptControl['kind']
  readonly label: string
  readonly settle: (outcome: CallOutcome<PromptChoice | undefined>) => void
}

/**
 * The asking side of the user interface: shows one control after another and returns typed answers. A newer control
 * replaces the one before, whose question then fails with `prompt-withdrawn`.
 */
export class ControlAsker {
  readonly #calls: SessionCalls
  #stream: GrpcStream<Control, Control__Output> | undefined
  #pending: Pending | undefined

  constructor(calls: SessionCalls) {
    this.#calls = calls
  }

  /** Shows a text; resolves when it has been on display for the given time (whole seconds on the wire). */
  async showLabel(label: string, minimalDisplayTimeMs = 0, settings: ScreenSettings = {}): Promise<CallOutcome<null>> {
    const outcome = await this.#ask({ kind: 'label', label, minimalDisplayTimeMs }, settings)
    return outcome.ok ? succeeded(null) : outcome
  }

  /** Asks a yes/no question. */
  async askYesNo(label: string, settings: ScreenSettings = {}): Promise<CallOutcome<boolean>> {
    const outcome = await this.#ask({ kind: 'yesno', label }, settings)
    if (!outcome.ok) return outcome
    return outcome.value?.kind === 'yesno' ? succeeded(outcome.value.yes) : wrongAnswer()
  }

  /** Waits for the person to continue. */
  async askContinue(label: string, settings: ScreenSettings = {}): Promise<CallOutcome<null>> {
    const outcome = await this.#ask({ kind: 'continue', label }, settings)
    return outcome.ok ? succeeded(null) : outcome
  }

  /** Asks for a text. */
  async askFreeText(label: string, settings: ScreenSettings = {}): Promise<CallOutcome<string>> {
    const outcome = await this.#ask({ kind: 'freetext', label }, settings)
    if (!outcome.ok) return outcome
    return outcome.value?.kind === 'freetext' ? succeeded(outcome.value.text) : wrongAnswer()
  }

  /** Asks for a choice; the answer is the zero-based index. */
  async askOption(
    label: string,
    options: readonly string[],
    settings: ScreenSettings = {},
  ): Promise<CallOutcome<number>> {
    const outcome = await this.#ask({ kind: 'options', label, options: [...options] }, settings)
    if (!outcome.ok) return outcome
    const answer = outcome.value
    return answer?.kind === 'options' && answer.option < options.length ? succeeded(answer.option) : wrongAnswer()
  }

  /** Asks for a number from minimum to maximum, both inclusive. */
  async askNumber(
    label: string,
    limits: { readonly minimum: number; readonly maximum: number },
    settings: ScreenSettings = {},
  ): Promise<CallOutcome<number>> {
    const outcome = await this.#ask({ kind: 'number', label, ...limits }, settings)
    if (!outcome.ok) return outcome
    const answer = outcome.value
    const fits = answer?.kind === 'number' && answer.number >= limits.minimum && answer.number <= limits.maximum
    return fits ? succeeded(answer.number) : wrongAnswer()
  }

  /** Removes the control from the screen. Questions without an answer fail with `prompt-withdrawn`. */
  close(): void {
    const stream = this.#stream
    this.#stream = undefined
    this.#settle(refused(rpc, 'prompt-withdrawn'))
    stream?.stop()
  }

  #ask(control: PromptControl, settings: ScreenSettings): Promise<CallOutcome<PromptChoice | undefined>> {
    const opened = this.#open()
    if (!opened.ok) return Promise.resolve(opened)
    if (settings.signal?.aborted) return Promise.resolve(refused(rpc, 'prompt-withdrawn'))
    this.#settle(refused(rpc, 'prompt-withdrawn'))
    const { target = 'customer', translations = {}, imageUrl } = settings
    return new Promise((resolve) => {
      const onAbort = (): void => this.#settle(refused(rpc, 'prompt-withdrawn'))
      this.#pending = {
        kind: control.kind,
        label: control.kind === 'unknown' ? '' : control.label,
        settle: (outcome) => {
          settings.signal?.removeEventListener('abort', onAbort)
          resolve(outcome)
        },
      }
      settings.signal?.addEventListener('abort', onAbort, { once: true })
      const sent = opened.value.send(controlToWire({ target, control, translations, imageUrl }))
      if (sent === 'over' || sent === 'full') this.#settle(refused(rpc, 'connection-lost', { certainty: 'not-sent' }))
    })
  }

  #open(): CallOutcome<GrpcStream<Control, Control__Output>> {
    if (this.#stream && !this.#stream.isOver) return succeeded(this.#stream)
    const opened = this.#calls.duplex(openObdV1.userInterface.service.openControlStream)
    if (!opened.ok) return opened
    const stream = opened.value
    this.#stream = stream
    stream.onMessage((message) => {
      if (this.#stream === stream) this.#onMessage(message)
    })
    void stream.ended.then((end) => {
      if (this.#stream !== stream) return
      this.#stream = undefined
      this.#settle(end.kind === 'failed' ? failed(end.failure) : refused(rpc, 'prompt-withdrawn'))
    })
    return succeeded(stream)
  }

  /** An echo of another control or of another type is late and skipped. */
  #onMessage(message: Control__Output): void {
    const pending = this.#pending
    if (!pending) return
    const echoed = labelOf(message)
    if (echoed && echoed !== pending.label) return
    if (pending.kind === 'label') {
      if (message.control_label) this.#settle(succeeded(undefined))
      return
    }
    const answer = controlAnswerFromWire(pending.kind, message)
    if (answer) this.#settle(succeeded(answer))
  }

  #settle(outcome: CallOutcome<PromptChoice | undefined>): void {
    const pending = this.#pending
    this.#pending = undefined
    pending?.settle(outcome)
  }
}

const labelOf = (message: Control__Output): string | undefined =>
  message.control_label?.label ??
  message.control_yesno?.label ??
  message.control_continue?.label ??
  message.control_freetext?.label ??
  message.control_options?.label ??
  message.control_number?.label

const wrongAnswer = () => refused(rpc, 'answer-invalid')
