import type { SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Loading } from '../../components/Empty.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { useSlice, useWorkbench } from '../../store/workbench.ts'
import { JobLog } from '../job-log/JobLog.tsx'
import { PromptArea } from '../prompt/PromptArea.tsx'
import { CarPanel } from '../session/CarPanel.tsx'
import { EarlierRuns } from '../session/EarlierRuns.tsx'
import { FindingsPanel } from '../session/FindingsPanel.tsx'
import { FunctionsPanel } from '../session/FunctionsPanel.tsx'
import { LossNotice } from '../session/LossNotice.tsx'
import { SessionNotices } from '../session/SessionNotices.tsx'
import { canInterrupt } from '../session/session-actions.ts'
import { DeveloperPanels } from './DeveloperView.tsx'
import { JobHeader } from './JobHeader.tsx'
import { jobPlaces, useDeveloperView, useJobPlace } from './job-place.ts'

/**
 * An open job. Header, places and the prompt stay in place; only what is below them scrolls. Prompts are in Functions, never in
 * the developer view.
 */
export function JobScreen() {
  const { t } = useTranslation()
  const session = useSlice('session')
  if (session === null) return null
  return (
    <main className="job" aria-label={t('screen.session')}>
      <JobParts session={session} />
    </main>
  )
}

function JobParts({ session }: { session: SessionView }) {
  const [place] = useJobPlace(session.handle)
  const { isOpen: isDeveloper } = useDeveloperView()
  const job = useSlice('shownJob')
  return (
    <>
      <div className="job__pinned">
        <JobHeader session={session} />
        <Places session={session} />
        <LossNotice session={session} />
        {place === 'functions' && !isDeveloper && <PromptArea sessionKey={session.handle} />}
      </div>
      <div className="job__content">
        <SessionNotices session={session} />
        {isDeveloper ? (
          <DeveloperPanels session={session} />
        ) : place === 'log' ? (
          job !== null && <JobLog key={job} job={job} />
        ) : (
          <Functions session={session} />
        )}
      </div>
    </>
  )
}

function Places({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const { handle } = session
  const [place, openPlace] = useJobPlace(handle)
  const { isOpen: isDeveloper } = useDeveloperView()
  const names = { functions: t('functions.title'), log: t('job.log') }
  return (
    <div className="places">
      <nav className="places__list" aria-label={t('job.places')}>
        {jobPlaces.map((name) => (
          <Action key={name} look="quiet" isCurrent={name === place && !isDeveloper} onPress={() => openPlace(name)}>
            {names[name]}
          </Action>
        ))}
      </nav>
      <Action
        look="quiet"
        isDisabled={!canInterrupt(session)}
        onPress={() => dialogOpened(screen, { kind: 'interrupt-own', handle })}
      >
        {t('session.interrupt')}
      </Action>
    </div>
  )
}

function Functions({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const isBeginning = session.phase === 'starting' || session.phase === 'claiming'
  return (
    <div className="columns">
      <div className="columns__main">
        {isBeginning ? (
          <section className="panel">
            <Loading text={t(session.phase === 'starting' ? 'session.startingText' : 'session.claimingText')} />
          </section>
        ) : (
          <>
            <FunctionsPanel session={session} />
            {session.functionRun !== undefined && <FindingsPanel run={session.functionRun} />}
            <EarlierRuns />
          </>
        )}
      </div>
      <div className="columns__side">
        <CarPanel vehicle={session.vehicle} />
      </div>
    </div>
  )
}
