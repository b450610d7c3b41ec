import { useTranslation } from 'react-i18next'
import type { Failure } from '../../shared/outcome.ts'
import { ServerText } from './ServerText.tsx'

/** The sentence of a failure, the server's own words and the reference small below it. */
export function FailureText({ failure }: { failure: Failure }) {
  const { t } = useTranslation()
  return (
    <>
      <p className="failure__sentence">{t(`failure.${failure.code}`, failure.parameters ?? {})}</p>
      {failure.detail !== undefined && failure.detail !== '' && (
        <p className="failure__detail">
          {t('app.serverSaid')}: <ServerText>{failure.detail}</ServerText>
        </p>
      )}
      {failure.correlationId !== '' && (
        <p className="failure__reference">{t('app.reference', { id: failure.correlationId })}</p>
      )}
    </>
  )
}
