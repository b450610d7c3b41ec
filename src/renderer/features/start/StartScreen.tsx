import { ListChecks, MonitorSmartphone } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Action } from '../../components/Action.tsx'
import { Icon } from '../../components/Icon.tsx'
import { Notice } from '../../components/Notice.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { useMirror, useSlice, useWorkbench } from '../../store/workbench.ts'
import { ServerPanel } from '../servers/ServerPanel.tsx'
import { Connectors } from './Connectors.tsx'
import { StartForm } from './StartForm.tsx'
import { Tickets } from './Tickets.tsx'
import { UnfinishedSessions } from './UnfinishedSessions.tsx'

/** The first screen, where the next car is chosen. */
export function StartScreen() {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const workshop = useSlice('workshop')
  const endpoint = useSlice('endpoint')
  const isAbsent = workshop.status === 'absent' || endpoint.viewer === 'absent'
  return (
    <main className="page__content columns" aria-label={t('screen.start')}>
      <div className="columns__main">
        <StorageNotice />
        <ApplicationNotes />
        <UnfinishedSessions />
        <StartForm hasList={!isAbsent} />
        {isAbsent ? <Absent /> : <Tickets />}
        {!isAbsent && <Connectors />}
      </div>
      <div className="columns__side">
        <ServerPanel place="start" />
        <Action
          icon={ListChecks}
          isDisabled={endpoint.status !== 'ready'}
          onPress={() => dialogOpened(screen, { kind: 'sessions' })}
        >
          {t('start.sessions')}
        </Action>
      </div>
    </main>
  )
}

/** Reports a problem with the stored data. */
function StorageNotice() {
  const { t } = useTranslation()
  const { condition, setAside } = useSlice('storage')
  if (condition === 'good' || condition === 'new') return null
  return (
    <Notice tone="warning" role="status" title={t(`storage.${condition}`)}>
      <p>{t(`storage.${condition}-text`, { file: setAside ?? '' })}</p>
    </Notice>
  )
}

const shownNotes = 3

/** Reports of the application itself, for example that log lines were dropped. */
function ApplicationNotes() {
  const lines = useMirror((mirror) => mirror.log.lines)
  const notes = useMemo(
    () =>
      lines
        .filter(({ source, level }) => source === 'application' && (level === 'warning' || level === 'error'))
        .slice(-shownNotes),
    [lines],
  )
  return notes.map((note) => (
    <Notice key={note.sequence} tone={note.level === 'error' ? 'danger' : 'warning'} role="status">
      <p>
        <ServerText>{note.content}</ServerText>
      </p>
    </Notice>
  ))
}

function Absent() {
  const { t } = useTranslation()
  return (
    <section className="panel absent" aria-label={t('absent.title')}>
      <Icon of={MonitorSmartphone} size={32} />
      <Notice tone="info" title={t('absent.title')}>
        <p>{t('absent.text')}</p>
      </Notice>
    </section>
  )
}
