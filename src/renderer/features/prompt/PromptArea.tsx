import type { Prompt } from '../../../shared/prompt.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { PromptCard } from './PromptCard.tsx'
import { isWaiting, promptsOfSession } from './prompt-order.ts'
import { promptLabel, shortened } from './prompt-text.ts'

/** All prompts of one session, the most urgent one large. Empty without prompts. */
export function PromptArea({ sessionKey }: { sessionKey: string | undefined }) {
  const { t } = useTranslation()
  const prompts = useSlice('prompts')
  const chosenId = useScreen((screen) => screen.chosenPromptId)
  const [first, ...others] = promptsOfSession(prompts, sessionKey, chosenId)
  if (first === undefined) return null
  return (
    <section className="prompt-area" aria-label={t('prompt.region')}>
      <PromptCard key={first.id} prompt={first} />
      {others.length > 0 && <OtherPrompts prompts={others} />}
    </section>
  )
}

/** How many waiting prompts of one session have their own line. */
const mostOthers = 20

function OtherPrompts({ prompts }: { prompts: readonly Prompt[] }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const { language } = useSlice('settings')
  return (
    <ul className="other-prompts" aria-label={t('prompt.othersTitle')}>
      {prompts.slice(0, mostOthers).map((prompt) => (
        <li key={prompt.id}>
          <div className="other-prompts__text">
            <span className="other-prompts__source">
              <ServerText>{prompt.functionName || t('prompt.someFunction')}</ServerText>
            </span>
            <ServerText>{shortened(promptLabel(prompt, language), 120)}</ServerText>
          </div>
          {prompt.target === 'operator' && <Chip tone="warning">{t('prompt.operator')}</Chip>}
          {isWaiting(prompt) && <Chip tone="info">{t('prompt.waiting')}</Chip>}
          <Action onPress={() => screen.setState({ chosenPromptId: prompt.id })}>{t('prompt.show')}</Action>
        </li>
      ))}
      {prompts.length > mostOthers && (
        <li className="hint">{t('prompt.moreOthers', { count: prompts.length - mostOthers })}</li>
      )}
    </ul>
  )
}
