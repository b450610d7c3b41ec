import type { SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Notice } from '../../components/Notice.tsx'
import { useNow } from '../../components/use-now.ts'
import { formatCountdown } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useScreen, useWorkbench } from '../../store/workbench.ts'
import { useServerLoss } from './server-loss.tsx'
import { canInterrupt } from './session-actions.ts'

/** The way to the server is lost: how long the session lasts, and the ways out. `SpokenLoss` reads it aloud. */
export function LossNotice({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const { isLasting, state, expiresAt } = useServerLoss()
  if (!isLasting) return null
  return (
    <div className="loss">
      <Notice tone="danger" title={t(`link.state.${state}`)} actions={<WaysOut session={session} />}>
        <p>
          <span className="loss__locked">{t('lost.locked')}</span> <TimeLeft session={session} expiresAt={expiresAt} />
        </p>
        <p className="loss__help">{t(`link.help.${state}`)}</p>
      </Notice>
    </div>
  )
}

/** What the count-down counts, in words. It is no live region: a screen reader would read every second. */
function TimeLeft({ session, expiresAt }: { session: SessionView; expiresAt: number | undefined }) {
  const { t } = useTranslation()
  const now = useNow(1000)
  const isOver = expiresAt !== undefined && expiresAt <= now
  if (session.phase === 'finishing')
    return <strong>{t(isOver ? 'lost.unconfirmedExpired' : 'lost.unconfirmed')}</strong>
  if (expiresAt === undefined || isOver) return null
  return (
    <strong role="timer" aria-live="off">
      {t('lost.left', { left: formatCountdown(expiresAt - now) })}
    </strong>
  )
}

function WaysOut({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const isBusy = useScreen((screen) => screen.pending.has('reconnect'))
  const { handle } = session
  return (
    <>
      <Action isBusy={isBusy} onPress={() => void perform(workbench, 'reconnect', undefined)}>
        {t('lost.tryNow')}
      </Action>
      {canInterrupt(session) ? (
        // A low window has it in the places, right above.
        <span className="loss__abort">
          <Action look="danger" onPress={() => dialogOpened(workbench.screen, { kind: 'interrupt-own', handle })}>
            {t('session.interrupt')}
          </Action>
        </span>
      ) : (
        <Action look="danger" onPress={() => dialogOpened(workbench.screen, { kind: 'close-open', handle })}>
          {t('lost.close')}
        </Action>
      )}
    </>
  )
}
