import { FileKey, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Profile } from '../../../shared/app-state.ts'
import type { Failure } from '../../../shared/outcome.ts'
import { daysLeft } from '../../../shared/usual-way.ts'
import type { CertificateView } from '../../../shared/way.ts'
import { Action } from '../../components/Action.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useNow } from '../../components/use-now.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'

type Purpose = 'authorities' | 'identity'

/** The certificates of a saved server: authorities to trust, and the certificate of this computer. */
export function Certificates({ profile }: { profile: Profile | undefined }) {
  const { t } = useTranslation()
  const [failure, setFailure] = useState<Failure | null>(null)
  if (profile?.way === undefined) return <p className="hint">{t('way.certificatesLater')}</p>
  const { authorities, certificate, hasKey } = profile.way
  return (
    <section className="choices" aria-label={t('way.certificates')}>
      {failure !== null && <FailureNotice failure={failure} />}
      <h3>{t('way.authorities')}</h3>
      <p className="hint">{t('way.authoritiesText')}</p>
      <CertificateList certificates={authorities} />
      <CertificateActions
        profile={profile}
        purpose="authorities"
        isThere={authorities.length > 0}
        failed={setFailure}
      />
      <h3>{t('way.identity')}</h3>
      <p className="hint">{t('way.identityText')}</p>
      <CertificateList certificates={certificate ? [certificate] : []} />
      {certificate !== undefined && !hasKey && <Notice tone="warning" title={t('way.keyMissing')} />}
      <CertificateWarning certificate={certificate} />
      <CertificateActions
        profile={profile}
        purpose="identity"
        isThere={certificate !== undefined}
        failed={setFailure}
      />
    </section>
  )
}

/** Warns before the certificate of this computer ends; nothing while there is enough time. */
export function CertificateWarning({ certificate }: { certificate: CertificateView | undefined }) {
  const { t } = useTranslation()
  const now = useNow(60_000)
  const days = certificate && daysLeft(certificate, now)
  if (days === undefined) return null
  return (
    <Notice
      tone={days === 0 ? 'danger' : 'warning'}
      role="status"
      title={days === 0 ? t('way.ended') : t('way.endsIn', { count: days })}
    />
  )
}

function CertificateList({ certificates }: { certificates: readonly CertificateView[] }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  return certificates.map(({ subject, endsAt }) => (
    <p key={`${subject} ${endsAt}`} className="hint">
      <ServerText>
        {t('way.until', { name: subject, date: new Intl.DateTimeFormat(language).format(endsAt) })}
      </ServerText>
    </p>
  ))
}

interface CertificateActionsProps {
  readonly profile: Profile
  readonly purpose: Purpose
  readonly isThere: boolean
  readonly failed: (failure: Failure | null) => void
}

function CertificateActions({ profile, purpose, isThere, failed }: CertificateActionsProps) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const isBusy = useScreen(({ pending }) => pending.has('importCertificates') || pending.has('removeCertificates'))
  const run = async (call: 'importCertificates' | 'removeCertificates') => {
    const outcome = await perform(workbench, call, { profileId: profile.id, purpose }, { quiet: true })
    failed(outcome.ok ? null : outcome.failure)
  }
  const isIdentity = purpose === 'identity'
  return (
    <div className="row">
      <Action
        icon={FileKey}
        isBusy={isBusy}
        label={t(isIdentity ? 'way.importIdentity' : 'way.importAuthorities')}
        onPress={() => void run('importCertificates')}
      >
        {t('way.importFiles')}
      </Action>
      {isThere && (
        <Action
          look="quiet"
          icon={Trash2}
          label={t(isIdentity ? 'way.removeIdentity' : 'way.removeAuthorities')}
          onPress={() => void run('removeCertificates')}
        >
          {null}
        </Action>
      )}
    </div>
  )
}
