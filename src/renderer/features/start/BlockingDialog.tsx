import type { SessionSummary } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Window } from '../../components/Window.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useScreen, useWorkbench } from '../../store/workbench.ts'
import { SessionFacts, sessionName } from './SessionFacts.tsx'
import { startSession } from './use-start.ts'

/**
 * A start was refused because the connection is in use. Shows the blocking session when it is proven, else a list. Both ask
 * again before they interrupt a session.
 */
export function BlockingDialog({ sessions }: { sessions: readonly SessionSummary[] }) {
  const proven = sessions.filter(({ proof }) => proof !== 'none')
  const [only] = proven
  return only !== undefined && proven.length === 1 ? <Proven session={only} /> : <Uncertain sessions={sessions} />
}

function useDismiss(): () => void {
  const workbench = useWorkbench()
  return () => void perform(workbench, 'dismissBlockingSessions', undefined)
}

function Proven({ session }: { session: SessionSummary }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const dismiss = useDismiss()
  const isBusy = useScreen(({ pending }) => pending.has(`interrupt ${session.handle}`) || pending.has('startSession'))
  const canStartAgain = useScreen((screen) => screen.lastStart !== null)
  return (
    <Window
      title={t('blocking.title')}
      onClose={dismiss}
      footer={
        <>
          <Action onPress={dismiss}>{t('app.cancel')}</Action>
          <Action
            look="danger"
            isBusy={isBusy}
            onPress={() =>
              dialogOpened(workbench.screen, { kind: 'interrupt-other', session, startAfterwards: canStartAgain })
            }
          >
            {t(canStartAgain ? 'blocking.interruptAndStart' : 'blocking.confirm')}
          </Action>
        </>
      }
    >
      <p>{t('blocking.textProof', { label: sessionName(session) })}</p>
      <div className="item">
        <SessionFacts session={session} />
      </div>
    </Window>
  )
}

function Uncertain({ sessions }: { sessions: readonly SessionSummary[] }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const dismiss = useDismiss()
  const target = useScreen((screen) => screen.lastStart)
  const startAgain = async () => {
    await perform(workbench, 'dismissBlockingSessions', undefined)
    if (target !== null) await startSession(workbench, target)
  }
  return (
    <Window
      title={t('blocking.title')}
      onClose={dismiss}
      footer={
        <>
          <Action onPress={dismiss}>{t('app.cancel')}</Action>
          {target !== null && <Action onPress={() => void startAgain()}>{t('blocking.startAgain')}</Action>}
        </>
      }
    >
      {sessions.length === 0 ? <Notice tone="info" title={t('blocking.empty')} /> : <p>{t('blocking.textList')}</p>}
      {sessions.length > 0 && (
        <ul className="items" aria-label={t('blocking.list')}>
          {sessions.map((session) => (
            <li key={session.handle} className="item">
              <SessionFacts session={session} />
              <Action
                look="danger"
                label={t('blocking.interrupt', { label: sessionName(session) })}
                onPress={() =>
                  dialogOpened(workbench.screen, { kind: 'interrupt-other', session, startAfterwards: true })
                }
              >
                {t('session.interrupt')}
              </Action>
            </li>
          ))}
        </ul>
      )}
    </Window>
  )
}
