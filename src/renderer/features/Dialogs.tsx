import { useEffect } from 'react'
import { assertNever } from '../../shared/assert-never.ts'
import type { SessionView } from '../../shared/session.ts'
import { dialogClosed, type OpenDialog } from '../store/screen.ts'
import { useScreen, useSlice, useWorkbench } from '../store/workbench.ts'
import { ClosingDialog } from './closing/ClosingDialog.tsx'
import { FinishDialog } from './finish/FinishDialog.tsx'
import { HelpDialog } from './help/HelpDialog.tsx'
import { QuestionSound } from './prompt/QuestionSound.tsx'
import { ConnectionTestDialog } from './servers/ConnectionTestDialog.tsx'
import { ServerForm } from './servers/ServerForm.tsx'
import { ServersDialog } from './servers/ServersDialog.tsx'
import { CloseOpenDialog } from './session/CloseOpenDialog.tsx'
import { InterruptDialog, InterruptOtherDialog } from './session/InterruptDialog.tsx'
import { SettingsDialog } from './settings/SettingsDialog.tsx'
import { BlockingDialog } from './start/BlockingDialog.tsx'
import { CloseUnfinishedDialog } from './start/CloseUnfinishedDialog.tsx'
import { SessionsDialog } from './start/SessionsDialog.tsx'

/** The open dialog, if any. The close question is drawn on top of it, so that nothing typed below is lost. */
export function Dialogs() {
  const closing = useSlice('closing')
  return (
    <>
      <OneDialog />
      <QuestionSound />
      {closing !== null && <ClosingDialog closing={closing} />}
    </>
  )
}

function OneDialog() {
  const { screen } = useWorkbench()
  const dialog = useScreen((state) => state.dialog)
  const session = useSlice('session')
  const blocking = useSlice('blockingSessions')
  const needsSession = dialog.kind === 'finish' || dialog.kind === 'interrupt-own' || dialog.kind === 'close-open'
  const isGone = needsSession && !isOpen(session, dialog.handle)
  useEffect(() => {
    if (isGone) dialogClosed(screen)
  }, [screen, isGone])
  if (dialog.kind === 'none') return blocking === null ? null : <BlockingDialog sessions={blocking} />
  return <Opened dialog={dialog} />
}

/** Whether the session on the screen is the one for which the dialog was opened. */
const isOpen = (session: SessionView | null, handle: string): session is SessionView =>
  session !== null && session.phase !== 'ended' && session.handle === handle

function Opened({ dialog }: { dialog: Exclude<OpenDialog, { kind: 'none' }> }) {
  const session = useSlice('session')
  switch (dialog.kind) {
    case 'finish':
      return isOpen(session, dialog.handle) ? (
        <FinishDialog key={dialog.handle} session={session} kept={dialog.choice} />
      ) : null
    case 'interrupt-own':
      return isOpen(session, dialog.handle) ? <InterruptDialog handle={dialog.handle} /> : null
    case 'close-open':
      return isOpen(session, dialog.handle) ? <CloseOpenDialog session={session} /> : null
    case 'close-unfinished':
      return <CloseUnfinishedDialog session={dialog.session} />
    case 'interrupt-other':
      return (
        <InterruptOtherDialog
          session={dialog.session}
          startAfterwards={dialog.startAfterwards}
          isOfList={dialog.isOfList ?? false}
        />
      )
    case 'sessions':
      return <SessionsDialog />
    case 'servers':
      return <ServersDialog />
    case 'connection-test':
      return <ConnectionTestDialog profileId={dialog.profileId} />
    case 'server-form':
      return <ServerForm profileId={dialog.profileId} />
    case 'settings':
      return <SettingsDialog />
    case 'help':
      return <HelpDialog />
    default:
      return assertNever(dialog)
  }
}
