import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from '../i18n/use-translation.tsx'
import { type Toast, toastDismissed } from '../store/screen.ts'
import { useScreen, useWorkbench } from '../store/workbench.ts'
import { Action } from './Action.tsx'
import { FailureText } from './FailureText.tsx'
import { Icon } from './Icon.tsx'
import { useNextAction } from './next-action.ts'

/** How long a confirmation stays, in ms; failures stay until they are dismissed. */
const noteMs = 8000

/** Messages about the last commands. */
export function Toasts() {
  const { t } = useTranslation()
  const toasts = useScreen((screen) => screen.toasts)
  return (
    // Can also be used while a dialog is open.
    <section className="toasts" aria-label={t('app.notifications')} data-react-aria-top-layer="true">
      {toasts.map((toast) => (
        <Message key={toast.id} toast={toast} />
      ))}
    </section>
  )
}

function Message({ toast }: { toast: Toast }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const isNote = toast.kind === 'note'
  useEffect(() => {
    if (!isNote) return
    const timer = setTimeout(() => toastDismissed(screen, toast.id), noteMs)
    return () => clearTimeout(timer)
  }, [screen, isNote, toast.id])
  return (
    <div className={`toast tone--${isNote ? 'good' : 'danger'}`} role={isNote ? 'status' : 'alert'}>
      <Icon of={isNote ? CircleCheck : CircleAlert} size={22} />
      <div className="toast__text">
        {toast.kind === 'note' ? <NoteText toast={toast} /> : <FailureText failure={toast.failure} />}
      </div>
      <div className="toast__actions">
        {toast.kind === 'failure' && <FailureAction toast={toast} />}
        <Action look="quiet" icon={X} onPress={() => toastDismissed(screen, toast.id)}>
          {t('app.dismiss')}
        </Action>
      </div>
    </div>
  )
}

function FailureAction({ toast }: { toast: Extract<Toast, { kind: 'failure' }> }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const act = useNextAction(toast.failure, toast.retry)
  if (act === null) return null
  const press = () => {
    toastDismissed(screen, toast.id)
    act()
  }
  return <Action onPress={press}>{t(`action.${toast.failure.nextAction}`)}</Action>
}

function NoteText({ toast }: { toast: Extract<Toast, { kind: 'note' }> }) {
  const { t } = useTranslation()
  const texts = {
    connectionCopied: t('copy.done'),
    serverSaved: t('note.serverSaved'),
    serverRemoved: t('note.serverRemoved'),
    sessionInterrupted: t('blocking.interrupted'),
  }
  return <p>{texts[toast.note]}</p>
}
