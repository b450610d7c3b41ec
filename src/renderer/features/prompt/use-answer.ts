import { useCallback, useContext } from 'react'
import type { Prompt, PromptChoice } from '../../../shared/prompt.ts'
import { answerGiven, answerRefused } from '../../store/screen.ts'
import { perform, useScreen, useWorkbench, type Workbench } from '../../store/workbench.ts'
import type { PressSource } from './prompt-guard.ts'
import { PromptGuardContext } from './use-prompt-guard.ts'

/** State of the answer to a prompt, from main's state and the last action on this page. */
export type AnswerState =
  | { readonly state: 'open'; readonly wasRefused: boolean }
  | { readonly state: 'sending'; readonly choice: PromptChoice; readonly isUnrecorded: boolean }
  | { readonly state: 'answered'; readonly choice?: PromptChoice; readonly isUnrecorded: boolean }

/** Combines main's state with the last action on this page. */
export function useAnswerState(prompt: Prompt): AnswerState {
  const given = useScreen((screen) => screen.answers.get(prompt.id))
  const isUnrecorded = prompt.answer.state !== 'open' && prompt.answer.unrecorded === true
  if (prompt.answer.state === 'answered')
    return { state: 'answered', choice: prompt.answer.choice ?? given?.choice, isUnrecorded }
  if (prompt.answer.state === 'sending') return { state: 'sending', choice: prompt.answer.choice, isUnrecorded }
  if (given?.status === 'sending') return { state: 'sending', choice: given.choice, isUnrecorded }
  return { state: 'open', wasRefused: given?.status === 'refused' }
}

/** How long an accepted answer may be missing in main's state before the question is asked again, in ms. */
const confirmationMs = 10_000

function askAgainIfOpen({ mirror, screen }: Workbench, promptId: string, answerId: string): void {
  const shown = mirror.getState().state?.prompts.find(({ id }) => id === promptId)
  if (shown?.answer.state === 'open') answerRefused(screen, promptId, answerId)
}

/**
 * Gives an answer, once: a press that began too early, or a second one while the first is being sent, does nothing. The same
 * choice given again keeps its answer id, so that the server recognises it.
 */
export function useAnswer(prompt: Prompt): (choice: PromptChoice, source: PressSource) => void {
  const workbench = useWorkbench()
  const guard = useContext(PromptGuardContext)
  return useCallback(
    (choice, source) => {
      if (!guard.mayAnswer(prompt.id, source, performance.now())) return
      const earlier = workbench.screen.getState().answers.get(prompt.id)
      if (prompt.answer.state !== 'open' || earlier?.status === 'sending') return
      const isSame = earlier !== undefined && JSON.stringify(earlier.choice) === JSON.stringify(choice)
      const answerId = isSame ? earlier.answerId : crypto.randomUUID()
      answerGiven(workbench.screen, prompt.id, { answerId, choice, status: 'sending' })
      // No retry button: another attempt is another press on the prompt, which the guard checks.
      const args = { promptId: prompt.id, answerId, choice, device: guard.deviceOf(source) }
      void perform(workbench, 'answerPrompt', args, { isNotRepeated: true }).then((outcome) => {
        if (!outcome.ok) answerRefused(workbench.screen, prompt.id, answerId)
        else setTimeout(() => askAgainIfOpen(workbench, prompt.id, answerId), confirmationMs)
      })
    },
    [workbench, guard, prompt],
  )
}
