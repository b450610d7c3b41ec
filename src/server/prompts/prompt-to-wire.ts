import type { Prompt } from '../../openobd/generated/types/workbench/v1/Prompt.ts'
import type { PromptEndReason as WirePromptEndReason } from '../../openobd/generated/types/workbench/v1/PromptEndReason.ts'
import type { DisplayedPrompt, PromptEndReason } from './prompt-board.ts'

/** A prompt on display. */
export const promptToWire = (prompt: DisplayedPrompt): Prompt => ({
  id: prompt.id,
  session_id: prompt.owner.sessionId,
  context_id: prompt.owner.contextId,
  function_name: prompt.owner.functionName,
  control: prompt.control,
  shown_at: Math.floor(prompt.shownAt),
  ...(prompt.answeredAt === undefined ? {} : { answered_at: Math.floor(prompt.answeredAt) }),
})

const endReasons: Record<PromptEndReason, WirePromptEndReason> = {
  replaced: 'PROMPT_END_REPLACED',
  withdrawn: 'PROMPT_END_WITHDRAWN',
  'session-ended': 'PROMPT_END_SESSION_ENDED',
  'taken-over': 'PROMPT_END_TAKEN_OVER',
}

/** Why a prompt ended. */
export const endReasonToWire = (reason: PromptEndReason): WirePromptEndReason => endReasons[reason]
