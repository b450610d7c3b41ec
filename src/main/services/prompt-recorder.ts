import type { AnswerOutcome, InputDevice } from '../../shared/facts.ts'
import type { Prompt, PromptChoice, PromptEndReason } from '../../shared/prompt.ts'

/** An answer that is about to be sent. */
export interface GivenAnswer {
  readonly prompt: Prompt
  readonly sessionId: string
  /** The server's id of the prompt. */
  readonly promptId: string
  readonly answerId: string
  readonly choice: PromptChoice
  readonly device: InputDevice
}

/** Records what happens to the prompts of a server. Ids are those of the server. */
export interface PromptRecorder {
  shown(prompt: Prompt, promptId: string, sessionId: string): void
  ended(promptId: string, sessionId: string, reason: PromptEndReason): void
  /** `sendable` resolves when the answer may go out: true when it is on the disk. `durable` resolves when it is there. */
  answering(answer: GivenAnswer): { readonly sendable: Promise<boolean>; readonly durable: Promise<void> }
  settled(answer: GivenAnswer, outcome: AnswerOutcome): void
}
