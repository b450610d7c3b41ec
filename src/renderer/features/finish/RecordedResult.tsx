import { useTranslation } from 'react-i18next'
import type { ServiceResult } from '../../../shared/service-result.ts'
import { Fact, Facts } from '../../components/Facts.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { feedbackWireNames, resultWireNames } from './wire-names.ts'

/** A service result in plain words, with its wire names as detail. */
export function RecordedResult({ serviceResult }: { serviceResult: ServiceResult }) {
  const { t } = useTranslation()
  const { results, userFeedback, description } = serviceResult
  return (
    <Facts>
      <Fact name={t('end.results')}>
        <ul className="plain-list">
          {results.map((result) => (
            <li key={result}>
              {t(`result.${result}`)} <span className="code hint">{resultWireNames[result]}</span>
            </li>
          ))}
        </ul>
      </Fact>
      <Fact name={t('end.feedback')}>
        {t(`feedback.${userFeedback ?? 'none'}`)}{' '}
        {userFeedback !== undefined && <span className="code hint">{feedbackWireNames[userFeedback]}</span>}
      </Fact>
      <Fact name={t('end.description')}>
        {description === undefined || description === '' ? (
          t('end.noDescription')
        ) : (
          <span className="lines">
            <ServerText>{description}</ServerText>
          </span>
        )}
      </Fact>
    </Facts>
  )
}
