import { Cable, Moon, Wifi } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { LinkView } from '../../../shared/session.ts'
import { Icon } from '../../components/Icon.tsx'

/** What is usually wrong when a car cannot be reached, with the link as it is now. */
export function CommunicationCauses({ link }: { link: LinkView | null }) {
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
          <Icon of={Wifi} /> <LinkNow link={link} />
        </li>
      </ul>
    </section>
  )
}

function LinkNow({ link }: { link: LinkView | null }) {
  const { t } = useTranslation()
  return <span>{t('finish.causeInternet', { link: linkText() })}</span>
  function linkText(): string {
    if (link === null || link.latencyMs === undefined) return t('finish.linkUnknown')
    if (link.liveness === 'lost' || !link.connected) return t('finish.linkLost')
    const quality = t(link.healthy === undefined ? 'link.unknown' : link.healthy ? 'link.healthy' : 'link.unhealthy')
    return t('finish.linkNow', { latency: Math.round(link.latencyMs), quality })
  }
}
