import { Notice } from '../../components/Notice.tsx'
import { isolatedText } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import type { FinishWarning } from './finish-rules.ts'

/** Warnings to check before the result is sent. */
export function FinishWarnings({
  warnings,
  functionName,
}: {
  warnings: readonly FinishWarning[]
  functionName: string
}) {
  const { t } = useTranslation()
  if (warnings.length === 0) return null
  const name = functionName === '' ? t('prompt.someFunction') : isolatedText(functionName)
  return (
    <Notice tone="warning" role="status" title={t('finish.warningTitle')}>
      <ul className="plain-list">
        {warnings.map((warning) => (
          <li key={warning}>{t(`finish.warning.${warning}`, { name })}</li>
        ))}
      </ul>
    </Notice>
  )
}
