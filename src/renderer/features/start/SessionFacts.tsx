import type { SessionSummary } from '../../../shared/session.ts'
import { Chip } from '../../components/Chip.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useNow } from '../../components/use-now.ts'
import { isolatedText, joinedNames } from '../../components/visible-text.ts'
import { formatAge, formatTime } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'

/** The name of a session: its ticket or connector when known, else its id. */
export const sessionName = (session: SessionSummary): string => session.label ?? session.sessionId

/** What is known about an open session. */
export function SessionFacts({ session }: { session: SessionSummary }) {
  const { t } = useTranslation()
  const now = useNow(10_000)
  const age =
    session.createdAt === undefined
      ? t('blocking.ageUnknown')
      : t('blocking.age', { age: formatAge(t, now - session.createdAt) })
  const { language } = useSlice('settings')
  const { licensePlate, connectorName, vehicleName } = session.place ?? {}
  const where = joinedNames([licensePlate, connectorName, vehicleName])
  return (
    <div className="item__text">
      <p className="item__title">
        <ServerText>{session.label ?? t('blocking.session', { id: session.sessionId })}</ServerText>{' '}
        <Chip>{t(`state.${session.state}`)}</Chip>
      </p>
      {where !== '' && (
        <p className="item__title">
          <bdi>{where}</bdi>
        </p>
      )}
      <p className="item__wish">
        <span>{age}</span>
        {session.createdAt !== undefined && ` · ${formatTime(session.createdAt, language)}`}
      </p>
      <p className="item__wish">
        {session.place?.functionName === undefined
          ? t('blocking.runsUnknown')
          : t('blocking.runs', { name: isolatedText(session.place.functionName) })}
      </p>
      <p className="item__numbers">{proofText()}</p>
      <details className="more">
        <summary>{t('history.details')}</summary>
        <p className="failure__reference">{t('session.id', { id: session.sessionId })}</p>
      </details>
    </div>
  )
  function proofText(): string {
    if (session.proof === 'own-record') return t('blocking.ownRecord')
    return session.proof === 'viewer' ? t('blocking.viewer', { label: session.label ?? '' }) : t('blocking.none')
  }
}
