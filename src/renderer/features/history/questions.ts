import type { Fact } from '../../../shared/facts.ts'
import type { PromptControl } from '../../../shared/prompt.ts'

/** The questions of a job by the id of their prompt. */
export const questionsOf = (facts: readonly Fact[]): ReadonlyMap<string, PromptControl> =>
  new Map(facts.flatMap((fact) => (fact.kind === 'prompt-shown' ? [[fact.promptId, fact.control] as const] : [])))

/** The id of the prompt that a fact answers; empty for other facts. */
export const askedIn = (fact: Fact): string => (fact.kind === 'prompt-answered' ? fact.promptId : '')
