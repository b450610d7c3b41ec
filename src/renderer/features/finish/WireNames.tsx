import type { Result, UserFeedback } from '../../../shared/service-result.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { feedbackWireNames, resultWireNames } from './wire-names.ts'

/** The names of a result in the protocol, in details that are closed. */
export function WireNames({ results, feedback }: { results: readonly Result[]; feedback: UserFeedback | undefined }) {
  const { t } = useTranslation()
  const names = results.map((result) => resultWireNames[result])
  const all = feedback === undefined ? names : [...names, feedbackWireNames[feedback]]
  if (all.length === 0) return null
  return (
    <details className="wire-names">
      <summary>{t('finish.wireNames')}</summary>
      <ul className="plain-list">
        {all.map((name) => (
          <li key={name} className="code hint">
            {name}
          </li>
        ))}
      </ul>
    </details>
  )
}
