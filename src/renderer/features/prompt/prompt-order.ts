import type { Prompt, PromptSession } from '../../../shared/prompt.ts'
import { asksSomething } from '../../store/ended-prompts.ts'

/** Whether the prompt waits for the person at this screen. */
export const isWaiting = (prompt: Prompt): boolean => asksSomething(prompt) && prompt.answer.state === 'open'

/** The prompts of one session, the most urgent first; equal ones in order of age, the oldest first. */
export function promptsOfSession(
  prompts: readonly Prompt[],
  sessionKey: string | undefined,
  chosenId: string | null,
): readonly Prompt[] {
  const rank = (prompt: Prompt) => {
    if (prompt.id === chosenId) return 0
    if (prompt.target === 'customer') return 1
    return isWaiting(prompt) ? 2 : 3
  }
  return prompts
    .filter(({ session }) => session.key === sessionKey)
    .sort((a, b) => rank(a) - rank(b) || a.shownAt - b.shownAt)
}

/** A session that is not on the screen, with its prompts. */
export interface OtherCar {
  readonly session: PromptSession
  /** In the order of `promptsOfSession`, at least one. */
  readonly prompts: readonly [Prompt, ...Prompt[]]
  readonly isWaiting: boolean
}

/** The other sessions that have prompts: our own first, then those that wait for somebody, then the oldest. */
export function otherCars(
  prompts: readonly Prompt[],
  shownKey: string | undefined,
  ownKeys: ReadonlySet<string>,
): readonly OtherCar[] {
  const keys = new Set(prompts.map(({ session }) => session.key))
  if (shownKey !== undefined) keys.delete(shownKey)
  const cars = [...keys].flatMap((key) => {
    const [first, ...others] = promptsOfSession(prompts, key, null)
    if (first === undefined) return []
    return [
      { session: first.session, prompts: [first, ...others] as const, isWaiting: [first, ...others].some(isWaiting) },
    ]
  })
  const rank = (car: OtherCar) => (ownKeys.has(car.session.key) ? 0 : car.isWaiting ? 1 : 2)
  return cars.sort((a, b) => rank(a) - rank(b) || a.prompts[0].shownAt - b.prompts[0].shownAt)
}
