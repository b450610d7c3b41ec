import { ArrowLeft, CircleCheck, CircleX, Clock, Flag, Unplug } from 'lucide-react'
import { verdictOfResults } from '../../../shared/run-verdict.ts'
import type { SessionEnd, SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import type { Tone } from '../../components/Chip.tsx'
import { Fact, Facts } from '../../components/Facts.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Icon } from '../../components/Icon.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { formatDuration, formatTime } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { RecordedResult } from '../finish/RecordedResult.tsx'
import { Whose } from '../job/Whose.tsx'
import { JobLog } from '../job-log/JobLog.tsx'
import { EarlierRuns } from './EarlierRuns.tsx'
import { FindingsPanel } from './FindingsPanel.tsx'
import { verdictTones } from './FunctionsPanel.tsx'

const looks = {
  finished: { tone: 'good', icon: CircleCheck },
  'interrupted-here': { tone: 'warning', icon: CircleX },
  interrupted: { tone: 'warning', icon: CircleX },
  failed: { tone: 'danger', icon: CircleX },
  expired: { tone: 'danger', icon: Clock },
  lost: { tone: 'danger', icon: Unplug },
} as const satisfies Record<SessionEnd['kind'], { tone: Tone; icon: unknown }>

/** The stored result decides the icon: a session that was finished as a failure has no green tick. */
function lookOf({ kind, serviceResult }: SessionEnd) {
  const verdict = verdictOfResults(serviceResult?.results ?? [])
  if (kind !== 'finished' || verdict === 'success') return looks[kind]
  return { tone: verdictTones[verdict], icon: verdict === 'failure' ? CircleX : Flag }
}

/** How the session ended and what was recorded. */
export function EndScreen() {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const session = useSlice('session')
  const job = useSlice('shownJob')
  const isBusy = useScreen((screen) => screen.pending.has('leaveSession'))
  if (session?.end === undefined) return null
  const { end } = session
  const look = lookOf(end)
  return (
    <main className="page__content end" aria-label={t('screen.ended')}>
      <section className="panel end__head" aria-label={t(`end.title.${end.kind}`)}>
        <span className={`end__sign tone--${look.tone}`}>
          <Icon of={look.icon} size={40} />
        </span>
        <div className="end__text">
          <Whose handle={session.handle} />
          <h1>{t(`end.title.${end.kind}`)}</h1>
          <p>{t(`end.text.${end.kind}`)}</p>
          <EndFacts session={session} end={end} />
        </div>
        <Action
          look="primary"
          icon={ArrowLeft}
          autoFocus
          isBusy={isBusy}
          onPress={() => void perform(workbench, 'leaveSession', { handle: session.handle })}
        >
          {t('end.back')}
        </Action>
      </section>
      {end.failure !== undefined && <FailureNotice failure={{ ...end.failure, nextAction: 'none' }} />}
      <Recorded session={session} end={end} />
      {session.functionRun !== undefined && <FindingsPanel run={session.functionRun} />}
      <EarlierRuns />
      {job !== null && <JobLog job={job} />}
    </main>
  )
}

function EndFacts({ session, end }: { session: SessionView; end: SessionEnd }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const { target, vehicle } = session
  return (
    <Facts>
      <Fact name={t('car.title')}>
        {vehicle.name !== undefined && (
          <>
            <ServerText>{vehicle.name}</ServerText> <ServerText className="code">{vehicle.vin ?? ''}</ServerText>
          </>
        )}
      </Fact>
      <Fact name={t('screen.session')}>
        {t(target.kind === 'ticket' ? 'session.ticket' : 'session.connector', { number: target.number })}
      </Fact>
      <Fact name={t('end.endedAt')}>{formatTime(end.at, language)}</Fact>
      <Fact name={t('end.duration')}>{formatDuration(t, end.at - session.startedAt)}</Fact>
    </Facts>
  )
}

function Recorded({ session, end }: { session: SessionView; end: SessionEnd }) {
  const { t } = useTranslation()
  return (
    <Panel title={t('end.recorded')}>
      {end.serviceResult !== undefined && <RecordedResult serviceResult={end.serviceResult} />}
      {end.serviceResult === undefined && session.pendingResult === undefined && (
        <p className="hint">{t('end.nothingRecorded')}</p>
      )}
      {end.serviceResult === undefined && session.pendingResult !== undefined && (
        <>
          <Notice tone="warning" title={t('end.notConfirmed')} />
          <RecordedResult serviceResult={session.pendingResult} />
        </>
      )}
      {session.sessionId !== undefined && (
        <details className="more">
          <summary>{t('history.details')}</summary>
          <p className="failure__reference">{t('session.id', { id: session.sessionId })}</p>
        </details>
      )}
    </Panel>
  )
}
