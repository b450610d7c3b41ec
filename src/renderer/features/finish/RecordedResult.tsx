import type { ServiceResult } from '../../../shared/service-result.ts'
import { Fact, Facts } from '../../components/Facts.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { WireNames } from './WireNames.tsx'

/** A service result in plain words, with its wire names in closed details. */
export function RecordedResult({ serviceResult }: { serviceResult: ServiceResult }) {
  const { t } = useTranslation()
  const { results, userFeedback, description } = serviceResult
  return (
    <>
      <Facts>
        <Fact name={t('end.results')}>
          <ul className="plain-list">
            {results.map((result) => (
              <li key={result}>{t(`result.${result}`)}</li>
            ))}
          </ul>
        </Fact>
        <Fact name={t('end.feedback')}>{t(`feedback.${userFeedback ?? 'none'}`)}</Fact>
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
      <WireNames results={results} feedback={userFeedback} />
    </>
  )
}
