import type { SessionView } from '../../../shared/session.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogClosed } from '../../store/screen.ts'
import { perform, useScreen, useWorkbench } from '../../store/workbench.ts'
import { Whose } from '../job/Whose.tsx'
import { Confirm } from './InterruptDialog.tsx'

/** Asks before a job is closed whose session cannot be ended now. */
export function CloseOpenDialog({ session: { handle, phase } }: { session: SessionView }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const isBusy = useScreen((screen) => screen.pending.has(`leave ${handle}`))
  const close = () => dialogClosed(workbench.screen)
  const leave = async () => {
    const args = { handle, leaveOpen: true }
    const outcome = await perform(workbench, 'leaveSession', args, { pendingKey: `leave ${handle}` })
    const { dialog } = workbench.screen.getState()
    if (outcome.ok && dialog.kind === 'close-open' && dialog.handle === handle) close()
  }
  return (
    <Confirm
      title={t('lost.closeTitle')}
      text={t(phase === 'finishing' ? 'lost.closeTextUnconfirmed' : 'lost.closeText')}
      confirm={t('lost.closeConfirm')}
      isBusy={isBusy}
      isDangerFirst
      onConfirm={leave}
      onClose={close}
    >
      <Whose handle={handle} />
    </Confirm>
  )
}
