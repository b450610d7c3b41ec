import { CircleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { UnfinishedSession } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { isolatedText } from '../../components/visible-text.ts'
import { formatMoment } from '../../i18n/format.ts'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useSlice, useWorkbench } from '../../store/workbench.ts'
import { RecordedResult } from '../finish/RecordedResult.tsx'

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
  const { handle, target, startedAt, server, state, pendingResult, summary } = session
  const name = t(target.kind === 'ticket' ? 'session.ticket' : 'session.connector', {
    number: isolatedText(target.number),
  })
  const dismiss = () => void perform(workbench, 'dismissUnfinishedSession', { handle })
  return (
    <li className="item">
      <div className="item__text">
        <p className="item__title">
          <ServerText>{name}</ServerText> <Chip tone={tones[state]}>{t(`unfinished.${state}`)}</Chip>
        </p>
        <p className="item__numbers">
          <span>{t('unfinished.startedAt', { time: formatMoment(startedAt, language) })}</span>
          {server !== undefined && <ServerText>{server}</ServerText>}
        </p>
        {pendingResult !== undefined && (
          <>
            <p className="item__wish">{t('unfinished.notSent')}</p>
            <RecordedResult serviceResult={pendingResult} />
          </>
        )}
      </div>
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
