import { Action } from '../../components/Action.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Notice } from '../../components/Notice.tsx'
import { formatMoment } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { useUpdateAction } from './use-update-action.ts'

/** The part of the settings about updates of the application. */
export function UpdateSettings() {
  const { t, language } = useTranslation()
  const update = useSlice('update')
  const action = useUpdateAction()
  const { status, checkedAt, failure } = update
  const checked =
    checkedAt === undefined ? t('update.unknown') : t('update.checkedAt', { at: formatMoment(checkedAt, language) })
  return (
    <section className="choices" aria-label={t('update.title')}>
      <h3>{t('update.title')}</h3>
      <p className="hint" role="status">
        <UpdateLine />
        {status !== 'off' && ` ${checked}`}
      </p>
      {failure !== undefined && (
        <Notice tone="warning" role="alert">
          <FailureText failure={failure} />
        </Notice>
      )}
      {action !== null && (
        <Action onPress={action.perform} isBusy={action.isBusy} isDisabled={action.isDisabled}>
          {action.name}
        </Action>
      )}
      {action?.isDisabled === true && <p className="hint">{t('update.afterJob')}</p>}
    </section>
  )
}

/** Says in one line where the update is. */
function UpdateLine() {
  const { t } = useTranslation()
  const { status, why, version = '', percent = 0, checkedAt } = useSlice('update')
  switch (status) {
    case 'off':
      return t(`update.off.${why ?? 'no-feed'}`)
    case 'idle':
      return checkedAt === undefined ? null : t('update.idle')
    case 'checking':
      return t('update.checking')
    default:
      return t(`update.${status}`, { version, percent })
  }
}
