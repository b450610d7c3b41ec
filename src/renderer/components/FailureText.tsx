import { connectionCauses } from '../../shared/connection-cause.ts'
import { journalTroubles } from '../../shared/journal-trouble.ts'
import type { Failure } from '../../shared/outcome.ts'
import { pemProblems } from '../../shared/usual-way.ts'
import { useTranslation } from '../i18n/use-translation.tsx'
import { ServerText } from './ServerText.tsx'

/** The sentence of a failure, or of its known cause. */
export function FailureText({ failure }: { failure: Failure }) {
  const { t } = useTranslation()
  const cause = connectionCauses.find((known) => known === failure.parameters?.cause)
  const trouble = journalTroubles.find(
    (known) => failure.code === 'not-recorded' && known === failure.parameters?.cause,
  )
  const reason = trouble === undefined ? '' : t(`journal.${trouble}`)
  const parameters = { ...failure.parameters, reason }
  const pem = pemProblems.find(
    (known) => failure.code === 'certificate-unusable' && known === failure.parameters?.cause,
  )
  return (
    <>
      <p className="failure__sentence">
        {cause !== undefined
          ? t(`cause.${cause}`, parameters)
          : pem !== undefined
            ? t(`pem.${pem}`)
            : t(`failure.${failure.code}`, parameters)}
      </p>
      <ServerDetails failure={failure} />
    </>
  )
}

/** The words of the server and the reference for support, in details that are closed. */
function ServerDetails({ failure: { detail = '', correlationId } }: { failure: Failure }) {
  const { t } = useTranslation()
  if (detail === '' && correlationId === '') return null
  return (
    <details className="more">
      <summary>{t('history.details')}</summary>
      {detail !== '' && (
        <p className="failure__detail">
          {t('app.serverSaid')}: <ServerText>{detail}</ServerText>
        </p>
      )}
      {correlationId !== '' && <p className="failure__reference">{t('app.reference', { id: correlationId })}</p>}
    </details>
  )
}
