import type { AppState } from '../../shared/app-state.ts'
import { asksSomething as controlAsksSomething } from '../../shared/asks-something.ts'
import type { EndedPrompt, Prompt } from '../../shared/prompt.ts'

/** Notes about questions that ended before they were answered. */
export interface EndedNotes {
  /** Ids of questions that this page showed unanswered. */
  readonly unanswered: ReadonlySet<string>
  /** Newest last, at most three. */
  readonly notes: readonly EndedPrompt[]
}

export const noEndedNotes: EndedNotes = { unanswered: new Set(), notes: [] }

const keptNotes = 3

/** Whether a person can answer this kind of prompt. */
export const asksSomething = ({ control }: Prompt): boolean => controlAsksSomething(control)

/** Records unanswered questions and makes a note of each that ends; progress texts end without a note. */
export function notedEndedPrompts(before: EndedNotes, state: AppState): EndedNotes {
  const unanswered = new Set(before.unanswered)
  for (const prompt of state.prompts) {
    if (asksSomething(prompt) && prompt.answer.state !== 'answered') unanswered.add(prompt.id)
    else unanswered.delete(prompt.id)
  }
  const ended = state.endedPrompts.filter((prompt) => unanswered.has(prompt.id))
  for (const prompt of ended) unanswered.delete(prompt.id)
  if (ended.length === 0) return { unanswered, notes: before.notes }
  return { unanswered, notes: [...before.notes, ...ended].slice(-keptNotes) }
}
