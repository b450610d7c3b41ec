import { ArrowLeft, MessageSquareText } from 'lucide-react'
import type { PromptSession } from '../../../shared/prompt.ts'
import { Action } from '../../components/Action.tsx'
import { Empty } from '../../components/Empty.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { otherCarLeft } from '../../store/screen.ts'
import { useSlice, useWorkbench } from '../../store/workbench.ts'
import { CarPlate } from './CarPlate.tsx'
import { PromptArea } from './PromptArea.tsx'

/** The questions of a session that was not started here. Our own car is not on the screen then. */
export function OtherCarScreen({ session }: { session: PromptSession }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const prompts = useSlice('prompts')
  const own = useSlice('session')
  const isAsking = prompts.some((prompt) => prompt.session.key === session.key)
  return (
    <main className="page__content other-car" aria-label={t('screen.otherCar')}>
      <header className="other-car__head">
        <h1 tabIndex={-1} data-focus-place="">
          {t('prompt.otherCarTitle')}
        </h1>
        <Action icon={ArrowLeft} onPress={() => otherCarLeft(screen)}>
          {t(own === null ? 'prompt.backToStart' : 'prompt.backToSession')}
        </Action>
      </header>
      {isAsking ? (
        <PromptArea sessionKey={session.key} />
      ) : (
        <section className="panel">
          <CarPlate session={session} />
          <Empty icon={MessageSquareText} title={t('prompt.noneNow')} text={t('prompt.noneNowText')} />
        </section>
      )}
    </main>
  )
}
