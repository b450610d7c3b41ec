import { Action } from '../../components/Action.tsx'
import { Notice } from '../../components/Notice.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { useUpdateAction } from './use-update-action.ts'

/** Asks on the start screen whether a newer version is fetched or installed; while a job is open it asks nothing. */
export function UpdateNotice() {
  const { t } = useTranslation()
  const { status, version = '' } = useSlice('update')
  const action = useUpdateAction()
  if ((status !== 'available' && status !== 'ready') || action === null || action.isDisabled) return null
  return (
    <Notice
      tone="info"
      role="status"
      actions={
        <Action onPress={action.perform} isBusy={action.isBusy}>
          {action.name}
        </Action>
      }
    >
      <p>{t(`update.${status}`, { version })}</p>
    </Notice>
  )
}
