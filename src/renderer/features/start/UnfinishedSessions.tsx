import { CircleAlert } from 'lucide-react'
import type { UnfinishedSession } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { isolatedText, joinedNames } from '../../components/visible-text.ts'
import { formatMoment } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { RecordedResult } from '../finish/RecordedResult.tsx'
import { shortened } from '../prompt/prompt-text.ts'

const tones = { open: 'warning', ended: 'neutral', 'not-checked': 'neutral' } as const

/** Sessions that an earlier run left open, and results that it could not send. */
export function UnfinishedSessions() {
  const { t } = useTranslation()
  const sessions = useSlice('unfinishedSessions')
  if (sessions.length === 0) return null
  return (
    <Panel title={t('unfinished.title')} icon={CircleAlert}>
      <p className="hint">{t('unfinished.text')}</p>
      <ul className="items" aria-label={t('unfinished.title')}>
        {sessions.map((session) => (
          <Unfinished key={session.handle} session={session} />
        ))}
      </ul>
    </Panel>
  )
}

function Unfinished({ session }: { session: UnfinishedSession }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const { language } = useSlice('settings')
  const { handle, target, startedAt, server, state, pendingResult, summary, licensePlate, vehicleName, lift } = session
  const name = t(target.kind === 'ticket' ? 'session.ticket' : 'session.connector', {
    number: isolatedText(target.number),
  })
  const place = joinedNames([licensePlate, vehicleName, lift])
  const isResuming = useScreen((screen) => screen.pending.has(`resume ${handle}`))
  const resume = () => void perform(workbench, 'resumeSession', { handle }, { pendingKey: `resume ${handle}` })
  const dismiss = () => void perform(workbench, 'dismissUnfinishedSession', { handle })
  return (
    <li className="item">
      <div className="item__text">
        <p className="item__title">
          <bdi>{place === '' ? name : place}</bdi> <Chip tone={tones[state]}>{t(`unfinished.${state}`)}</Chip>
        </p>
        <p className="item__numbers">
          <span>{t('unfinished.startedAt', { time: formatMoment(startedAt, language) })}</span>
          {place !== '' && <ServerText>{name}</ServerText>}
          {server !== undefined && <ServerText>{server}</ServerText>}
        </p>
        <WhatWasGoingOn session={session} />
        {pendingResult !== undefined && (
          <>
            <p className="item__wish">{t('unfinished.notSent')}</p>
            <RecordedResult serviceResult={pendingResult} />
          </>
        )}
      </div>
      {session.resume === 'possible' && (
        <Action look="primary" isBusy={isResuming} label={t('unfinished.resumeOf', { name })} onPress={resume}>
          {t(isResuming ? 'unfinished.resuming' : 'unfinished.resume')}
        </Action>
      )}
      {state !== 'ended' && (
        <Action
          label={t('unfinished.closeOf', { name })}
          onPress={() => dialogOpened(workbench.screen, { kind: 'close-unfinished', session })}
        >
          {t('unfinished.close')}
        </Action>
      )}
      {summary !== undefined && (
        <Action
          look="danger"
          label={t('blocking.interrupt', { label: name })}
          onPress={() =>
            dialogOpened(workbench.screen, { kind: 'interrupt-other', session: summary, startAfterwards: false })
          }
        >
          {t('session.interrupt')}
        </Action>
      )}
      <Action label={t('unfinished.dismissOf', { name })} onPress={dismiss}>
        {t('unfinished.dismiss')}
      </Action>
    </li>
  )
}

const longestQuestion = 200
const resumeText = { possible: null, 'too-late': 'tooLate', 'not-kept': 'notKept', ended: 'lost' } as const

function WhatWasGoingOn({
  session: { functionName, question, resume, pendingResult },
}: {
  session: UnfinishedSession
}) {
  const { t } = useTranslation()
  const name = isolatedText(functionName ?? t('prompt.someFunction'))
  const reason = pendingResult === undefined ? resumeText[resume] : null
  return (
    <>
      {question !== undefined && (
        <p>
          <ServerText>
            {t('unfinished.asked', { function: name, question: shortened(question, longestQuestion) })}
          </ServerText>
        </p>
      )}
      {question === undefined && functionName !== undefined && <p>{t('unfinished.was', { function: name })}</p>}
      {reason !== null && <p className="hint">{t(`unfinished.${reason}`)}</p>}
    </>
  )
}
