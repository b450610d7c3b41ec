import type { PromptEndReason } from '../../shared/prompt.ts'
import { MalformedMessage } from '../failure.ts'
import type { Prompt__Output } from '../generated/types/workbench/v1/Prompt.ts'
import type { PromptEnded__Output } from '../generated/types/workbench/v1/PromptEnded.ts'
import type { PromptEndReason__Output } from '../generated/types/workbench/v1/PromptEndReason.ts'
import { type ScreenControl, screenControlFromWire } from './control.ts'
import { knownNumber, unixMs } from './plausible.ts'

/** A displayed control in the viewer service (workbench.v1.Prompt). */
export interface ShownPrompt {
  readonly id: string
  readonly sessionId: string
  readonly contextId: string
  readonly functionName: string
  readonly screen: ScreenControl
  /** Unix ms of the engine's clock; absent when the server sent none or an impossible one. */
  readonly shownAt?: number
  /** Present once the prompt has been answered, or a label has been displayed long enough. */
  readonly answeredAt?: number
}

/** A prompt that is no longer displayed. */
export interface PromptEnd {
  readonly promptId: string
  readonly reason: PromptEndReason
}

const reasonFromWire: Record<PromptEndReason__Output, PromptEndReason> = {
  PROMPT_END_UNDEFINED: 'withdrawn',
  PROMPT_END_REPLACED: 'replaced',
  PROMPT_END_WITHDRAWN: 'withdrawn',
  PROMPT_END_SESSION_ENDED: 'session-ended',
  PROMPT_END_TAKEN_OVER: 'taken-over',
}

/** A received Prompt; one without id or control is a named error. */
export function shownPromptFromWire(wire: Prompt__Output): ShownPrompt {
  if (!wire.id) throw new MalformedMessage('Prompt', 'id')
  if (!wire.control) throw new MalformedMessage('Prompt', 'control')
  return {
    id: wire.id,
    sessionId: wire.session_id,
    contextId: wire.context_id,
    functionName: wire.function_name,
    screen: screenControlFromWire(wire.control),
    shownAt: knownNumber('Prompt.shown_at', wire.shown_at, unixMs),
    // A prompt that was answered at an unusable time is answered all the same.
    ...(wire.answered_at === undefined
      ? {}
      : { answeredAt: knownNumber('Prompt.answered_at', wire.answered_at, unixMs) ?? 0 }),
  }
}

/** A received PromptEnded; a reason of a later version reads as `withdrawn`. */
export const promptEndFromWire = (wire: PromptEnded__Output): PromptEnd => ({
  promptId: wire.prompt_id,
  reason: reasonFromWire[wire.reason] ?? 'withdrawn',
})
