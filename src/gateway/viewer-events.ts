import type { WorkshopEvent } from '../openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import type { PromptEvent } from '../server/prompts/prompt-board.ts'
import { endReasonToWire, promptToWire } from '../server/prompts/prompt-to-wire.ts'
import type { LogLine } from './gateway-setup.ts'

/** What happened to a prompt that is kept here, as the viewer service tells it. */
export const promptEvent = (event: PromptEvent): WorkshopEvent =>
  event.kind === 'shown'
    ? { prompt_shown: promptToWire(event.prompt) }
    : { prompt_ended: { prompt_id: event.prompt.id, reason: endReasonToWire(event.reason) } }

/** A line of the ScriptLog, as the viewer service tells it. */
export const logEvent = ({ context, level, content }: LogLine, at: number): WorkshopEvent => ({
  script_log: {
    session_id: context.session.id,
    context_id: context.id,
    at: Math.floor(at),
    level: level as 'LOG_LEVEL_INFO',
    content,
  },
})
