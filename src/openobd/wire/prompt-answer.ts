import type { PromptChoice } from '../../shared/prompt.ts'
import type { AnswerOutcome__Output } from '../generated/types/workbench/v1/AnswerOutcome.ts'
import type { AnswerReceipt__Output } from '../generated/types/workbench/v1/AnswerReceipt.ts'
import type { PromptAnswer } from '../generated/types/workbench/v1/PromptAnswer.ts'

/** Result of an answer. `unknown`: a value of a later version. */
export type AnswerOutcome = 'accepted' | 'answered' | 'withdrawn' | 'invalid' | 'unknown'

/** The engine's receipt for an answer. */
export interface AnswerReceipt {
  readonly outcome: AnswerOutcome
  readonly detail: string
}

const outcomeFromWire: Record<AnswerOutcome__Output, AnswerOutcome> = {
  ANSWER_UNDEFINED: 'unknown',
  ANSWER_ACCEPTED: 'accepted',
  ANSWER_ANSWERED: 'answered',
  ANSWER_WITHDRAWN: 'withdrawn',
  ANSWER_INVALID: 'invalid',
}

/** workbench.v1.PromptAnswer as it is sent. */
export const promptAnswerToWire = (promptId: string, answerId: string, choice: PromptChoice): PromptAnswer => ({
  prompt_id: promptId,
  answer_id: answerId,
  ...choiceToWire(choice),
})

function choiceToWire(choice: PromptChoice): PromptAnswer {
  switch (choice.kind) {
    case 'yesno':
      return { yesno: choice.yes }
    case 'options':
      return { option: choice.option }
    case 'number':
      return { number: choice.number }
    case 'freetext':
      return { text: choice.text }
    case 'continue':
      return { continued: true }
  }
}

/** A received AnswerReceipt. */
export const answerReceiptFromWire = (wire: AnswerReceipt__Output): AnswerReceipt => ({
  outcome: outcomeFromWire[wire.outcome] ?? 'unknown',
  detail: wire.detail,
})
