import type { SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Notice } from '../../components/Notice.tsx'
import { useNow } from '../../components/use-now.ts'
import { formatCountdown } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { useWorkbench } from '../../store/workbench.ts'
import { CarLinkNotices } from './CarLinkNotices.tsx'
import { useServerLoss } from './server-loss.tsx'

/** Notices about present problems; empty without problems. */
export function SessionNotices({ session }: { session: SessionView }) {
  return (
    <>
      {session.phase === 'finishing' && <Finishing session={session} />}
      {session.checking && session.phase !== 'finishing' && <Checking />}
      <CarLinkNotices />
      <TokenNotice session={session} />
    </>
  )
}

/** Also shown after a reload, when the dialog is closed. */
function Finishing({ session: { checking, handle } }: { session: SessionView }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  return (
    <Notice
      tone="info"
      role="status"
      title={t(checking ? 'finish.checking' : 'finish.finishing')}
      actions={
        <Action onPress={() => dialogOpened(screen, { kind: 'finish', handle })}>{t('finish.showAgain')}</Action>
      }
    >
      <p>{t(checking ? 'finish.checkingText' : 'finish.finishingText')}</p>
    </Notice>
  )
}

/** Shown while the server is asked about an unclear outcome. */
function Checking() {
  const { t } = useTranslation()
  return (
    <Notice tone="info" role="status" title={t('session.checking')}>
      <p>{t('session.checkingText')}</p>
    </Notice>
  )
}

function TokenNotice({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const token = session.token
  const isTicking = token !== undefined && (token.health === 'late' || token.health === 'expiring')
  const now = useNow(isTicking ? 1000 : null)
  const { isLasting } = useServerLoss()
  // While the way to the server is lost, its notice counts the same time.
  if (token === undefined || token.health === 'fresh' || isLasting) return null
  const left = formatCountdown(token.expiresAt - now)
  if (token.health === 'late') return <Notice tone="warning" title={t('token.lateText', { left })} />
  if (token.health === 'expiring') return <Notice tone="danger" title={t('token.expiringText', { left })} />
  return <Notice tone="danger" role="alert" title={t('token.expiredText')} />
}
