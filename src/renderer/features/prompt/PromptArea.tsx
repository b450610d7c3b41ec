import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Prompt } from '../../../shared/prompt.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { EndedPrompts } from './EndedPrompts.tsx'
import { PromptCard } from './PromptCard.tsx'
import { guardWindow, PromptGuard } from './prompt-guard.ts'
import { isWaiting, promptsInOrder } from './prompt-order.ts'
import { promptLabel, shortened } from './prompt-text.ts'
import { PromptGuardContext } from './use-prompt-guard.ts'

/** Everything that functions ask or say, the most urgent large. Nothing at all while nobody asks. */
export function PromptArea() {
  const { t } = useTranslation()
  const [guard] = useState(() => new PromptGuard())
  const prompts = useSlice('prompts')
  const session = useSlice('session')
  const chosenId = useScreen((screen) => screen.chosenPromptId)
  useEffect(() => guardWindow(guard, window), [guard])
  const [first, ...others] = promptsInOrder(prompts, session?.handle, chosenId)
  return (
    <PromptGuardContext value={guard}>
      {first !== undefined && (
        <section className="prompt-area" aria-label={t('prompt.region')}>
          <PromptCard key={first.id} prompt={first} />
          {others.length > 0 && <OtherPrompts prompts={others} />}
        </section>
      )}
      <EndedPrompts />
    </PromptGuardContext>
  )
}

function OtherPrompts({ prompts }: { prompts: readonly Prompt[] }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const { language } = useSlice('settings')
  return (
    <ul className="other-prompts" aria-label={t('prompt.othersTitle')}>
      {prompts.map((prompt) => (
        <li key={prompt.id}>
          <div className="other-prompts__text">
            <span className="other-prompts__source">
              {prompt.sessionLabel} · {prompt.functionName || t('prompt.someFunction')}
            </span>
            <ServerText>{shortened(promptLabel(prompt, language), 120)}</ServerText>
          </div>
          {prompt.target === 'operator' && <Chip tone="warning">{t('prompt.operator')}</Chip>}
          {isWaiting(prompt) && <Chip tone="info">{t('prompt.waiting')}</Chip>}
          <Action onPress={() => screen.setState({ chosenPromptId: prompt.id })}>{t('prompt.show')}</Action>
        </li>
      ))}
    </ul>
  )
}
