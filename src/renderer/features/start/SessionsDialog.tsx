import { ListX, RefreshCw } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import type { Failure } from '../../../shared/outcome.ts'
import type { SessionSummary } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Empty, Loading } from '../../components/Empty.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Window } from '../../components/Window.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogClosed, dialogOpened } from '../../store/screen.ts'
import { useWorkbench } from '../../store/workbench.ts'
import { SessionFacts, sessionName } from './SessionFacts.tsx'

type Listing =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly sessions: readonly SessionSummary[] }
  | { readonly status: 'failed'; readonly failure: Failure }

/** All sessions of the account, so that a stuck one can be interrupted. */
export function SessionsDialog() {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const [listing, load] = useSessions()
  return (
    <Window
      title={t('sessions.title')}
      size="large"
      onClose={() => dialogClosed(screen)}
      footer={
        <Action icon={RefreshCw} isBusy={listing.status === 'loading'} onPress={load}>
          {t('sessions.refresh')}
        </Action>
      }
    >
      <p className="hint">{t('sessions.text')}</p>
      {listing.status === 'loading' && <Loading text={t('sessions.loading')} />}
      {listing.status === 'failed' && <FailureNotice failure={listing.failure} retry={load} />}
      {listing.status === 'ready' && <SessionList sessions={listing.sessions} />}
    </Window>
  )
}

function useSessions(): readonly [Listing, () => void] {
  const { api } = useWorkbench()
  const [listing, setListing] = useState<Listing>({ status: 'loading' })
  const load = useCallback(() => {
    setListing({ status: 'loading' })
    api.listSessions().then(
      (outcome) =>
        setListing(
          outcome.ok
            ? { status: 'ready', sessions: newestFirst(outcome.value) }
            : { status: 'failed', failure: outcome.failure },
        ),
      () => setListing({ status: 'failed', failure: { code: 'internal', nextAction: 'retry', correlationId: '' } }),
    )
  }, [api])
  useEffect(load, [load])
  return [listing, load]
}

const newestFirst = (sessions: readonly SessionSummary[]): readonly SessionSummary[] =>
  [...sessions].sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))

function SessionList({ sessions }: { sessions: readonly SessionSummary[] }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  if (sessions.length === 0) return <Empty icon={ListX} title={t('sessions.empty')} text={t('sessions.emptyText')} />
  return (
    <ul className="items" aria-label={t('blocking.list')}>
      {sessions.map((session) => (
        <li key={session.handle} className="item">
          <SessionFacts session={session} />
          {(session.state === 'available' || session.state === 'active') && (
            <Action
              look="danger"
              label={t('blocking.interrupt', { label: sessionName(session) })}
              onPress={() =>
                dialogOpened(screen, { kind: 'interrupt-other', session, startAfterwards: false, isOfList: true })
              }
            >
              {t('session.interrupt')}
            </Action>
          )}
        </li>
      ))}
    </ul>
  )
}
