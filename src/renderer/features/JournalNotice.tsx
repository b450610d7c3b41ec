import { Notice } from '../components/Notice.tsx'
import { useTranslation } from '../i18n/use-translation.tsx'
import { useSlice } from '../store/workbench.ts'

/** Says that the record is not being saved, and why. */
export function JournalNotice() {
  const { t } = useTranslation()
  const { trouble, setAside } = useSlice('journal')
  if (trouble === undefined && setAside === undefined) return null
  return (
    <div className="journal-notice">
      {trouble !== undefined && (
        <Notice tone="warning" role="status" title={t('journal.title')}>
          <p>
            {t(`journal.${trouble}`)} {t('journal.text')}
          </p>
        </Notice>
      )}
      {setAside !== undefined && (
        <Notice tone="warning" role="status" title={t('journal.setAside')}>
          <p>{t('journal.setAsideText', { file: setAside })}</p>
        </Notice>
      )}
    </div>
  )
}
