import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import type { Language } from '../../../shared/languages.ts'
import { Action } from '../../components/Action.tsx'
import { Choice, Choices } from '../../components/Choices.tsx'
import { visibleText } from '../../components/visible-text.ts'
import { languageNames } from '../../i18n/i18n.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'

/** The choice that leads to the form of a new server; no profile has this id. */
const newServer = 'new server'

/** The page of the first start: the language, and the server of new jobs. Nothing is kept before the button is pressed. */
export function FirstStart() {
  const { t, language, showIn } = useTranslation()
  const { profileId } = useSlice('endpoint')
  // A server of the environment or of an administrator is chosen by main, perhaps after this page was drawn.
  const [chosen, setServer] = useState<string | null>(null)
  const server = chosen ?? profileId
  const { isBusy, begin } = useBegin(server)
  return (
    <main className="page__content" aria-label={t('firstStart.title')} lang={language}>
      <section className="panel first-start">
        <h1 tabIndex={-1} data-focus-place="">
          {t('firstStart.title')}
        </h1>
        <Choices title={t('settings.language')} value={language} choose={(chosen) => showIn(chosen as Language)}>
          {Object.entries(languageNames).map(([one, name]) => (
            <Choice key={one} value={one} name={name} language={one} />
          ))}
        </Choices>
        <Choices title={t('firstStart.server')} value={server} choose={setServer}>
          <Servers />
        </Choices>
        <div>
          <Action look="primary" icon={ArrowRight} isBusy={isBusy} onPress={begin}>
            {t('firstStart.begin')}
          </Action>
        </div>
        <p className="hint">{t('firstStart.later', { change: t('server.change') })}</p>
      </section>
    </main>
  )
}

/** Keeps what was chosen. The language comes last, because it ends the first start. */
function useBegin(server: string) {
  const workbench = useWorkbench()
  const { language } = useTranslation()
  const { profileId } = useSlice('endpoint')
  const isBusy = useScreen(({ pending }) => pending.has('selectProfile') || pending.has('setLanguage'))
  const begin = async () => {
    if (server !== newServer && server !== profileId) {
      const chosen = await perform(workbench, 'selectProfile', { profileId: server })
      if (!chosen.ok) return
    }
    await perform(workbench, 'setLanguage', { language: language as Language })
    if (server === newServer) dialogOpened(workbench.screen, { kind: 'server-form' })
  }
  return { isBusy, begin: () => void begin() }
}

function Servers() {
  const { t } = useTranslation()
  const profiles = useSlice('profiles')
  return (
    <>
      {profiles.map(({ id, kind, name, host }) =>
        kind === 'embedded' ? (
          <Choice key={id} value={id} name={t('server.embeddedName')} detail={t('firstStart.simulatorText')} />
        ) : (
          <Choice key={id} value={id} name={visibleText(name === '' ? host : name)} detail={visibleText(host)} />
        ),
      )}
      <Choice value={newServer} name={t('firstStart.newServer')} detail={t('firstStart.newServerText')} />
    </>
  )
}
