import './styles/index.css'
import type { i18n } from 'i18next'
import { Unplug } from 'lucide-react'
import { useEffect, useState } from 'react'
import { I18nProvider } from 'react-aria-components'
import { firstLanguage } from '../shared/languages.ts'
import { useAppearance } from './appearance.ts'
import { Action } from './components/Action.tsx'
import { Announcer } from './components/Announcer.tsx'
import { Empty } from './components/Empty.tsx'
import { ErrorBoundary } from './components/ErrorBoundary.tsx'
import { guardLostFocus } from './components/lost-focus.ts'
import { Toasts } from './components/Toasts.tsx'
import { Dialogs } from './features/Dialogs.tsx'
import { Shortcuts } from './features/help/Shortcuts.tsx'
import { HistoryPlace } from './features/history/HistoryPlace.tsx'
import { JournalNotice } from './features/JournalNotice.tsx'
import { DeveloperView } from './features/job/DeveloperView.tsx'
import { JobScreen } from './features/job/JobScreen.tsx'
import { useDeveloperView } from './features/job/job-place.ts'
import { EndedPrompts } from './features/prompt/EndedPrompts.tsx'
import { OtherCarScreen } from './features/prompt/OtherCarScreen.tsx'
import { guardWindow, PromptGuard } from './features/prompt/prompt-guard.ts'
import { PromptGuardContext } from './features/prompt/use-prompt-guard.ts'
import { Rail } from './features/rail/Rail.tsx'
import { EndScreen } from './features/session/EndScreen.tsx'
import { SpokenLoss } from './features/session/server-loss.tsx'
import { FirstStart } from './features/start/FirstStart.tsx'
import { StartScreen } from './features/start/StartScreen.tsx'
import { createTexts, type locales } from './i18n/i18n.ts'
import { TranslationProvider, useTranslation } from './i18n/use-translation.tsx'
import { followMain } from './store/mirror.ts'
import { recallPage, rememberPage } from './store/page-memory.ts'
import { historyChanged } from './store/screen.ts'
import { useMirror, useScreen, useSlice, useWorkbench, type Workbench, WorkbenchContext } from './store/workbench.ts'

/** The whole page, around one connection to main; `translations` are other texts than those of the locales. */
export function App({ workbench, translations }: { workbench: Workbench; translations?: typeof locales }) {
  const [texts] = useState(() => createTexts(firstLanguage(navigator.languages), translations))
  return (
    <WorkbenchContext value={workbench}>
      <TranslationProvider texts={texts}>
        <ErrorBoundary>
          <Page texts={texts} />
        </ErrorBoundary>
      </TranslationProvider>
    </WorkbenchContext>
  )
}

function Page({ texts }: { texts: i18n }) {
  const workbench = useWorkbench()
  const { api, mirror } = workbench
  // A page that replaces a crashed one is drawn where that one was.
  const [recalled] = useState(() => recallPage(workbench))
  const [attempt, setAttempt] = useState(0)
  // Every attempt subscribes and reads the state again.
  useEffect(() => (attempt >= 0 ? followMain(api, mirror, recalled) : undefined), [api, mirror, attempt, recalled])
  useEffect(() => rememberPage(workbench), [workbench])
  const status = useMirror(({ state, status: current }) => (state === null ? current : 'ready'))
  const settings = useMirror(({ state }) => state?.settings)
  useAppearance(texts, settings)
  const retry = () => {
    mirror.setState({ status: 'loading' })
    setAttempt((count) => count + 1)
  }
  return (
    <I18nProvider locale={settings?.language ?? texts.language}>
      {status === 'ready' ? <Screens /> : <Waiting hasFailed={status === 'failed'} retry={retry} />}
      <Announcer />
    </I18nProvider>
  )
}

function Screens() {
  const [guard] = useState(() => new PromptGuard())
  useEffect(() => guardWindow(guard, window), [guard])
  useEffect(() => guardLostFocus(window), [])
  return (
    <PromptGuardContext value={guard}>
      <div className="page">
        <ErrorBoundary>
          <Rail />
        </ErrorBoundary>
        <div className="page__work">
          <JournalNotice />
          <ErrorBoundary>
            <ScreenOfNow />
          </ErrorBoundary>
          <footer className="page__foot">
            <EndedPrompts />
          </footer>
        </div>
        <SpokenLoss />
        <Shortcuts />
        <Dialogs />
        <Toasts />
      </div>
    </PromptGuardContext>
  )
}

function ScreenOfNow() {
  const session = useSlice('session')
  const isFirstStart = useSlice('isFirstStart')
  const otherCar = useScreen((state) => state.otherCar)
  const { screen } = useWorkbench()
  const isHistory = useScreen((state) => state.isHistoryShown)
  const { isOpen: isDeveloper } = useDeveloperView()
  const isJob = otherCar === null && session !== null && session.phase !== 'ended'
  if (isHistory) return <HistoryPlace onClose={() => historyChanged(screen, false)} />
  if (isDeveloper && !isJob) return <DeveloperView />
  if (otherCar !== null) return <OtherCarScreen session={otherCar} />
  if (session === null) return isFirstStart ? <FirstStart /> : <StartScreen />
  if (session.phase === 'ended') return <EndScreen key={session.handle} />
  return <JobScreen key={session.handle} />
}

function Waiting({ hasFailed, retry }: { hasFailed: boolean; retry: () => void }) {
  const { t } = useTranslation()
  if (!hasFailed) {
    return (
      <div className="waiting" role="status">
        <span className="spinner spinner--large" aria-hidden="true" />
        <p>{t('app.loading')}</p>
      </div>
    )
  }
  return (
    <div className="waiting" role="alert">
      <Empty icon={Unplug} title={t('app.failedTitle')} text={t('app.failedText')} />
      <Action look="primary" onPress={retry}>
        {t('app.tryAgain')}
      </Action>
    </div>
  )
}
