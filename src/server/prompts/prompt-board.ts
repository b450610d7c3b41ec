import { randomUUID } from 'node:crypto'
import type { Control, Control__Output } from '../../openobd/generated/types/openOBD/v1/Control.ts'
import type { AnswerReceipt } from '../../openobd/generated/types/workbench/v1/AnswerReceipt.ts'
import type { PromptAnswer__Output } from '../../openobd/generated/types/workbench/v1/PromptAnswer.ts'
import type { Clock, Timer } from '../clock/clock.ts'
import type { Gauges } from '../gauges.ts'
import { serverChoices, serverLimits } from '../protocol-choices.ts'
import { invalidArgument } from '../refusal.ts'
import { answered, assertShowable, labelTimeMs, type PromptTarget, targetOf } from './control-rules.ts'

/** Why a prompt ended. */
export type PromptEndReason = 'replaced' | 'withdrawn' | 'session-ended' | 'taken-over'

/** The function context that asks, as far as the board and its viewers know it. */
export interface PromptOwner {
  readonly sessionId: string
  /** Names the function context: prompts with the same key and target take each other's place. */
  readonly contextKey: string
  /** What viewers get as the context; empty for the root context. */
  readonly contextId: string
  /** Empty when it is not known. */
  readonly functionName: string
  /** Whether the session has ended and takes its prompts with it. */
  isSessionOver(): boolean
  /** Called after an hour in which neither a control nor an accepted answer came: the session ends (protocol.md §2). */
  wasIdle(): void
}

/** One control on display. */
export interface DisplayedPrompt {
  readonly id: string
  readonly owner: PromptOwner
  readonly target: PromptTarget
  readonly control: Control__Output
  /** Unix ms of the board's clock. */
  readonly shownAt: number
  /** Set by the first accepted answer, or when a label has been echoed. */
  answeredAt: number | undefined
}

/** What happened on the board. */
export type PromptEvent =
  | { readonly kind: 'shown'; readonly prompt: DisplayedPrompt }
  | { readonly kind: 'ended'; readonly prompt: DisplayedPrompt; readonly reason: PromptEndReason }

/** The asking side: one control stream. */
export interface Asker {
  readonly owner: PromptOwner
  /** Sends an answered control back to the function. */
  reply(control: Control): void
  /** Ends the stream with OK. */
  end(): void
}

/** Handle of a function while its control stream is open. */
export interface AskerDesk {
  /** Shows a control in place of what its target shows. `invalid-argument` when it cannot be answered. */
  show(control: Control__Output): void
  /** Removes all prompts of this stream. */
  close(): void
}

interface Slot {
  readonly prompt: DisplayedPrompt
  readonly desk: Desk
  labelTimer: Timer | undefined
}

/** All prompts on display at a server; accepts or refuses answers (protocol.md §10). */
export class PromptBoard {
  readonly #clock: Clock
  readonly #gauges: Gauges<'promptsOnDisplay'>
  readonly #slots = new Map<string, Slot>()
  readonly #receipts = new Map<string, AnswerReceipt>()
  readonly #listeners = new Set<(event: PromptEvent) => void>()

  constructor(clock: Clock, gauges: Gauges<'promptsOnDisplay'>) {
    this.#clock = clock
    this.#gauges = gauges
  }

  /** Everything on display, oldest first. */
  get prompts(): readonly DisplayedPrompt[] {
    return [...this.#slots.values()].map(({ prompt }) => prompt).sort((a, b) => a.shownAt - b.shownAt)
  }

  onEvent(listener: (event: PromptEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Registers a control stream. */
  open(asker: Asker): AskerDesk {
    return new Desk(asker, this, this.#clock)
  }

  /** Accepts or refuses an answer; a repeated `answer_id` gets its first receipt again. */
  answer(answer: PromptAnswer__Output): AnswerReceipt {
    if (answer.answer_id === '') throw invalidArgument('answer_id is empty')
    const earlier = this.#receipts.get(answer.answer_id)
    if (earlier !== undefined) return earlier
    const receipt = this.#decide(answer)
    this.#receipts.set(answer.answer_id, receipt)
    for (const oldest of this.#receipts.keys()) {
      if (this.#receipts.size <= serverChoices.rememberedReceipts) break
      this.#receipts.delete(oldest)
    }
    return receipt
  }

  /** Whether an answer is decided here: its prompt is on display, or the answer has been decided before. */
  concerns({ prompt_id, answer_id }: Pick<PromptAnswer__Output, 'prompt_id' | 'answer_id'>): boolean {
    return this.#receipts.has(answer_id) || this.#find(prompt_id) !== undefined
  }

  /** Puts a control of `desk` on display. */
  show(desk: Desk, control: Control__Output): void {
    const { owner } = desk.asker
    const target = targetOf(control)
    const key = slotKey(owner, target)
    const older = this.#slots.get(key)
    if (older !== undefined && older.desk === desk) this.#clear(key, 'replaced')
    else if (older !== undefined) {
      this.#clear(key, 'taken-over')
      older.desk.yield()
    }
    const prompt: DisplayedPrompt = {
      id: randomUUID(),
      owner,
      target,
      control,
      shownAt: this.#clock.now(),
      answeredAt: undefined,
    }
    const slot: Slot = { prompt, desk, labelTimer: undefined }
    this.#slots.set(key, slot)
    this.#gauges.increase('promptsOnDisplay')
    this.#tell({ kind: 'shown', prompt })
    const labelMs = labelTimeMs(control)
    if (labelMs === undefined) return
    if (labelMs === 0) this.#echoLabel(slot)
    else slot.labelTimer = this.#clock.after(labelMs, () => this.#echoLabel(slot))
  }

  /** Takes everything of `desk` off the display. */
  withdraw(desk: Desk): void {
    const reason = desk.asker.owner.isSessionOver() ? 'session-ended' : 'withdrawn'
    for (const [key, slot] of this.#slots) if (slot.desk === desk) this.#clear(key, reason)
  }

  #decide(answer: PromptAnswer__Output): AnswerReceipt {
    const slot = this.#find(answer.prompt_id)
    if (slot === undefined) return { outcome: 'ANSWER_WITHDRAWN', detail: 'the prompt is no longer on display' }
    const { prompt, desk } = slot
    if (prompt.control.ControlType !== 'control_label' && prompt.answeredAt !== undefined)
      return { outcome: 'ANSWER_ANSWERED', detail: 'another viewer answered first' }
    const control = answered(prompt.control, answer)
    if ('unfit' in control) return { outcome: 'ANSWER_INVALID', detail: control.unfit }
    this.#markAnswered(prompt)
    desk.touchedBy('answer')
    desk.asker.reply(control)
    return { outcome: 'ANSWER_ACCEPTED', detail: '' }
  }

  #find(promptId: string): Slot | undefined {
    return [...this.#slots.values()].find(({ prompt }) => prompt.id === promptId)
  }

  #echoLabel(slot: Slot): void {
    slot.labelTimer = undefined
    this.#markAnswered(slot.prompt)
    slot.desk.asker.reply(slot.prompt.control)
  }

  /** An answered prompt stays on display; viewers get it again under the same id. */
  #markAnswered(prompt: DisplayedPrompt): void {
    prompt.answeredAt = this.#clock.now()
    this.#tell({ kind: 'shown', prompt })
  }

  #clear(key: string, reason: PromptEndReason): void {
    const slot = this.#slots.get(key)
    if (slot === undefined) return
    slot.labelTimer?.cancel()
    this.#slots.delete(key)
    this.#gauges.decrease('promptsOnDisplay')
    this.#tell({ kind: 'ended', prompt: slot.prompt, reason })
  }

  #tell(event: PromptEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

class Desk implements AskerDesk {
  readonly asker: Asker
  readonly #board: PromptBoard
  readonly #clock: Clock
  #idle: Timer | undefined
  #isClosed = false

  constructor(asker: Asker, board: PromptBoard, clock: Clock) {
    this.asker = asker
    this.#board = board
    this.#clock = clock
    this.#beginIdleHour()
  }

  show(control: Control__Output): void {
    if (this.#isClosed) return
    assertShowable(control)
    this.touchedBy('control')
    this.#board.show(this, control)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#idle?.cancel()
    this.#board.withdraw(this)
  }

  /** A newer stream took the display over: this one ends with OK. */
  yield(): void {
    this.close()
    this.asker.end()
  }

  /** Something happened on the stream. */
  touchedBy(what: (typeof serverChoices.controlStreamKeptAliveBy)[number]): void {
    if (serverChoices.controlStreamKeptAliveBy.includes(what)) this.#beginIdleHour()
  }

  /** An hour without activity ends the session (protocol.md §2). */
  #beginIdleHour(): void {
    this.#idle?.cancel()
    this.#idle = this.#clock.after(serverLimits.controlStreamIdleMs, () => {
      this.asker.owner.wasIdle()
    })
  }
}

const slotKey = ({ contextKey }: PromptOwner, target: PromptTarget): string => `${contextKey} ${target}`
