import { Activity } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { LinkView } from '../../../shared/session.ts'
import { Chip, type Tone } from '../../components/Chip.tsx'
import { Fact, Facts } from '../../components/Facts.tsx'
import { Panel } from '../../components/Panel.tsx'
import { useNow } from '../../components/use-now.ts'
import { formatAge, formatDecimal, formatTime } from '../../i18n/format.ts'
import { useSlice } from '../../store/workbench.ts'

const LatencyPlot = lazy(() => import('./LatencyPlot.tsx'))

const tones: Record<LinkView['liveness'], Tone> = {
  waiting: 'info',
  live: 'good',
  reconnecting: 'warning',
  lost: 'danger',
}

/** How the connector is reached. */
export function LinkPanel() {
  const { t } = useTranslation()
  const link = useSlice('link')
  return (
    <Panel
      title={t('link.title')}
      icon={Activity}
      aside={link !== null && <Chip tone={tones[link.liveness]}>{t(`link.${link.liveness}`)}</Chip>}
    >
      {link === null ? <p className="hint">{t('link.absent')}</p> : <LinkValues link={link} />}
    </Panel>
  )
}

function LinkValues({ link }: { link: LinkView }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const isStale = link.liveness === 'reconnecting' || link.liveness === 'lost'
  return (
    <div className={isStale ? 'stale' : ''}>
      <div className="latency">
        <p className="latency__value">
          {link.latencyMs === undefined ? '–' : t('link.milliseconds', { value: Math.round(link.latencyMs) })}
        </p>
        <p className="latency__quality">
          <span className="hint">{t('link.latency')}</span>
          <Quality link={link} />
        </p>
      </div>
      <Suspense fallback={<div className="plot" />}>
        <LatencyPlot samples={link.samples} />
      </Suspense>
      {isStale && link.lastSeenAt !== undefined && <LastSeen at={link.lastSeenAt} />}
      <Facts>
        <Fact name={t('link.connectedSince')}>
          {connectedSince(link, language, t('link.notConnected'), t('time.unknown'))}
        </Fact>
        <Fact name={t('link.voltage')}>
          {link.voltage !== undefined && t('connectors.voltage', { value: formatDecimal(link.voltage, language, 1) })}
        </Fact>
        <Fact name={t('link.ignition')}>
          {link.ignitionOn !== undefined && t(link.ignitionOn ? 'link.on' : 'link.off')}
        </Fact>
      </Facts>
    </div>
  )
}

function connectedSince(link: LinkView, language: string, notConnected: string, unknown: string): string {
  if (!link.connected) return link.liveness === 'waiting' ? unknown : notConnected
  return link.connectedSince === undefined ? unknown : formatTime(link.connectedSince, language)
}

function Quality({ link }: { link: LinkView }) {
  const { t } = useTranslation()
  if (link.healthy === undefined) return <Chip>{t('link.unknown')}</Chip>
  return <Chip tone={link.healthy ? 'good' : 'warning'}>{t(link.healthy ? 'link.healthy' : 'link.unhealthy')}</Chip>
}

function LastSeen({ at }: { at: number }) {
  const { t } = useTranslation()
  const now = useNow(1000)
  return <p className="hint">{t('link.lastSeen', { age: formatAge(t, now - at) })}</p>
}
