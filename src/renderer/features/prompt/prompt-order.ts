import type { Prompt } from '../../../shared/prompt.ts'
import { asksSomething } from '../../store/ended-prompts.ts'

/** Whether the prompt waits for the person at this screen. */
export const isWaiting = (prompt: Prompt): boolean =>
  asksSomething(prompt) && prompt.answer.state === 'open' && prompt.answerableHere

function rank(prompt: Prompt, ownHandle: string | undefined): number {
  const isOwn = ownHandle !== undefined && prompt.sessionHandle === ownHandle
  const forCustomer = prompt.target === 'customer'
  if (isOwn && forCustomer) return 0
  if (isOwn) return isWaiting(prompt) ? 1 : 3
  if (isWaiting(prompt)) return forCustomer ? 2 : 4
  return 5
}

/** Prompts in the order in which they deserve attention: the chosen one, our own, others; the oldest first among equals. */
export function promptsInOrder(
  prompts: readonly Prompt[],
  ownHandle: string | undefined,
  chosenId: string | null,
): readonly Prompt[] {
  const rankOf = (prompt: Prompt) => (prompt.id === chosenId ? -1 : rank(prompt, ownHandle))
  return [...prompts].sort((a, b) => rankOf(a) - rankOf(b) || a.shownAt - b.shownAt)
}
