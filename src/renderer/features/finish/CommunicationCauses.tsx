import { Cable, Moon, Wifi } from 'lucide-react'
import type { CarLink } from '../../../shared/car-link.ts'
import { Icon } from '../../components/Icon.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'

/** The usual causes of a communication failure, with the present state of the link. */
export function CommunicationCauses({ carLink }: { carLink: CarLink }) {
  const { t } = useTranslation()
  return (
    <section className="causes" aria-label={t('finish.causesTitle')}>
      <h3>{t('finish.causesTitle')}</h3>
      <ul>
        <li>
          <Icon of={Cable} /> {t('finish.causePlug')}
        </li>
        <li>
          <Icon of={Moon} /> {t('finish.causeSleep')}
        </li>
        <li>
          <Icon of={Wifi} /> <LinkNow carLink={carLink} />
        </li>
      </ul>
    </section>
  )
}

function LinkNow({ carLink }: { carLink: CarLink }) {
  const { t } = useTranslation()
  return <span>{t('finish.causeInternet', { link: linkText() })}</span>
  function linkText(): string {
    const { state, problems, latencyMs } = carLink
    if (latencyMs === undefined) return t('finish.linkUnknown')
    if (latencyMs.staleSince !== undefined) return t(`link.state.${state}`)
    const quality = t(problems.includes('slow') ? 'link.unhealthy' : 'link.healthy')
    return t('finish.linkNow', { latency: Math.round(latencyMs.value), quality })
  }
}
