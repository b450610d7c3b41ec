import { useTranslation } from 'react-i18next'
import type { SessionView } from '../../../shared/session.ts'
import { Notice } from '../../components/Notice.tsx'
import { useNow } from '../../components/use-now.ts'
import { formatCountdown } from '../../i18n/format.ts'
import { CarLinkNotices } from './CarLinkNotices.tsx'

/** Notices about present problems; empty without problems. */
export function SessionNotices({ session }: { session: SessionView }) {
  return (
    <>
      {session.phase === 'finishing' && <Finishing isChecking={session.checking} />}
      {session.checking && session.phase !== 'finishing' && <Checking />}
      <CarLinkNotices />
      <TokenNotice session={session} />
    </>
  )
}

/** Also shown after a reload, when the dialog is closed. */
function Finishing({ isChecking }: { isChecking: boolean }) {
  const { t } = useTranslation()
  return (
    <Notice tone="info" role="status" title={t(isChecking ? 'finish.checking' : 'finish.finishing')}>
      <p>{t(isChecking ? 'finish.checkingText' : 'finish.finishingText')}</p>
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
  if (token === undefined || token.health === 'fresh') return null
  const left = formatCountdown(token.expiresAt - now)
  if (token.health === 'late') return <Notice tone="warning" title={t('token.lateText', { left })} />
  if (token.health === 'expiring') return <Notice tone="danger" title={t('token.expiringText', { left })} />
  return <Notice tone="danger" role="alert" title={t('token.expiredText')} />
}
