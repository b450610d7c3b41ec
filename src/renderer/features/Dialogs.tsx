import { useEffect } from 'react'
import { assertNever } from '../../shared/assert-never.ts'
import { dialogClosed, type OpenDialog } from '../store/screen.ts'
import { useScreen, useSlice, useWorkbench } from '../store/workbench.ts'
import { ClosingDialog } from './closing/ClosingDialog.tsx'
import { FinishDialog } from './finish/FinishDialog.tsx'
import { ServerForm } from './servers/ServerForm.tsx'
import { ServersDialog } from './servers/ServersDialog.tsx'
import { InterruptDialog, InterruptOtherDialog } from './session/InterruptDialog.tsx'
import { SettingsDialog } from './settings/SettingsDialog.tsx'
import { BlockingDialog } from './start/BlockingDialog.tsx'
import { SessionsDialog } from './start/SessionsDialog.tsx'

/** The open dialog, if any. The close question is drawn on top of it, so that nothing typed below is lost. */
export function Dialogs() {
  const session = useSlice('session')
  const closing = useSlice('closing')
  const isAsked = closing !== null && session !== null && session.phase !== 'ended' && session.handle === closing.handle
  return (
    <>
      <OneDialog />
      {isAsked && <ClosingDialog closing={closing} session={session} />}
    </>
  )
}

function OneDialog() {
  const { screen } = useWorkbench()
  const dialog = useScreen((state) => state.dialog)
  const session = useSlice('session')
  const blocking = useSlice('blockingSessions')
  const isOver = session === null || session.phase === 'ended'
  const needsSession = dialog.kind === 'finish' || dialog.kind === 'interrupt-own'
  useEffect(() => {
    if (isOver && needsSession) dialogClosed(screen)
  }, [screen, isOver, needsSession])
  if (dialog.kind === 'none') return blocking === null ? null : <BlockingDialog sessions={blocking} />
  return <Opened dialog={dialog} />
}

function Opened({ dialog }: { dialog: Exclude<OpenDialog, { kind: 'none' }> }) {
  const session = useSlice('session')
  switch (dialog.kind) {
    case 'finish':
      return session === null || session.phase === 'ended' ? null : <FinishDialog session={session} />
    case 'interrupt-own':
      return session === null || session.phase === 'ended' ? null : <InterruptDialog handle={session.handle} />
    case 'interrupt-other':
      return <InterruptOtherDialog session={dialog.session} startAfterwards={dialog.startAfterwards} />
    case 'sessions':
      return <SessionsDialog />
    case 'servers':
      return <ServersDialog />
    case 'server-form':
      return <ServerForm profileId={dialog.profileId} />
    case 'settings':
      return <SettingsDialog />
    default:
      return assertNever(dialog)
  }
}
