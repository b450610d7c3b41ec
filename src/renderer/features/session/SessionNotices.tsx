import { useTranslation } from 'react-i18next'
import type { SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Notice } from '../../components/Notice.tsx'
import { useNow } from '../../components/use-now.ts'
import { formatCountdown } from '../../i18n/format.ts'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'

/** What stands in the way of the work right now; nothing while all is well. */
export function SessionNotices({ session }: { session: SessionView }) {
  return (
    <>
      {session.phase === 'finishing' && <Finishing isChecking={session.checking} />}
      {session.checking && session.phase !== 'finishing' && <Checking />}
      <LinkNotice />
      <TokenNotice session={session} />
    </>
  )
}

/** Stands here also after a reload, when the dialog is gone. */
function Finishing({ isChecking }: { isChecking: boolean }) {
  const { t } = useTranslation()
  return (
    <Notice tone="info" role="status" title={t(isChecking ? 'finish.checking' : 'finish.finishing')}>
      <p>{t(isChecking ? 'finish.checkingText' : 'finish.finishingText')}</p>
    </Notice>
  )
}

/** What hangs in doubt while the server is being asked. */
function Checking() {
  const { t } = useTranslation()
  return (
    <Notice tone="info" role="status" title={t('session.checking')}>
      <p>{t('session.checkingText')}</p>
    </Notice>
  )
}

function LinkNotice() {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const liveness = useSlice('link')?.liveness
  const isBusy = useScreen((screen) => screen.pending.has('reconnect'))
  if (liveness === 'reconnecting') {
    return (
      <Notice tone="warning" role="status" title={t('link.reconnecting')}>
        <p>{t('link.reconnectingText')}</p>
      </Notice>
    )
  }
  if (liveness !== 'lost') return null
  return (
    <Notice
      tone="danger"
      role="alert"
      title={t('link.lost')}
      actions={
        <>
          <Action isBusy={isBusy} onPress={() => void perform(workbench, 'reconnect', undefined)}>
            {t('link.keepTrying')}
          </Action>
          <Action look="danger" onPress={() => dialogOpened(workbench.screen, { kind: 'interrupt-own' })}>
            {t('link.end')}
          </Action>
        </>
      }
    >
      <p>{t('link.lostText')}</p>
    </Notice>
  )
}

function TokenNotice({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const token = session.token
  const isTicking = token !== undefined && (token.health === 'late' || token.health === 'expiring')
  const now = useNow(isTicking ? 1000 : null)
  if (token === undefined || token.health === 'fresh') return null
  const left = formatCountdown(token.expiresAt - now)
  if (token.health === 'late') return <Notice tone="warning" title={t('token.lateText', { left })} />
  if (token.health === 'expiring') return <Notice tone="danger" title={t('token.expiringText', { left })} />
  return <Notice tone="danger" role="alert" title={t('token.expiredText')} />
}
