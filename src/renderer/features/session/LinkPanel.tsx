import { Activity } from 'lucide-react'
import { lazy, type ReactNode, Suspense } from 'react'
import { type CarLink, type Reading, voltageProblem } from '../../../shared/car-link.ts'
import type { LinkView } from '../../../shared/session.ts'
import { Chip } from '../../components/Chip.tsx'
import { Fact, Facts } from '../../components/Facts.tsx'
import { Panel } from '../../components/Panel.tsx'
import { useNow } from '../../components/use-now.ts'
import { formatAge, formatDecimal, formatTime } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { carLinkTone, useCarLink } from './use-car-link.ts'

const LatencyPlot = lazy(() => import('./LatencyPlot.tsx'))

/** The link to the car, with battery and ignition. */
export function LinkPanel() {
  const { t } = useTranslation()
  const link = useSlice('link')
  const carLink = useCarLink()
  return (
    <Panel
      title={t('link.title')}
      icon={Activity}
      aside={link !== null && <Chip tone={carLinkTone(carLink)}>{t(`link.state.${carLink.state}`)}</Chip>}
    >
      {link === null ? <p className="hint">{t('link.absent')}</p> : <LinkValues link={link} carLink={carLink} />}
    </Panel>
  )
}

function LinkValues({ link, carLink }: { link: LinkView; carLink: CarLink }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const { latencyMs, voltage, ignitionOn } = carLink
  const isStale = latencyMs?.staleSince !== undefined
  return (
    <div className={isStale ? 'stale' : ''}>
      <div className="latency">
        <p className="latency__value">
          {latencyMs === undefined ? '–' : t('link.milliseconds', { value: Math.round(latencyMs.value) })}
        </p>
        <p className="latency__quality">
          <span className="hint">{t('link.latency')}</span>
          {!isStale && <Quality isHealthy={link.healthy} isDead={carLink.running === 'impossible'} />}
        </p>
      </div>
      <Suspense fallback={<div className="plot" />}>
        <LatencyPlot samples={link.samples} isStale={isStale} />
      </Suspense>
      {isStale && (
        <p className="hint">
          <Age reading={latencyMs} text={(age) => t('link.lastSeen', { age })} />
        </p>
      )}
      <Facts>
        <Fact name={t('link.connectedSince')}>{connectedSince(link, language, t('time.unknown'))}</Fact>
        <Fact name={t('link.voltage')}>
          {voltage !== undefined && (
            <Dated reading={voltage}>
              <Voltage volts={voltage.value} isCurrent={voltage.staleSince === undefined} />
            </Dated>
          )}
        </Fact>
        <Fact name={t('link.ignition')}>
          {ignitionOn !== undefined && (
            <Dated reading={ignitionOn}>{t(ignitionOn.value ? 'link.on' : 'link.off')}</Dated>
          )}
        </Fact>
      </Facts>
    </div>
  )
}

/** Empty while there is no connection: the chip of the panel says why. */
function connectedSince(link: LinkView, language: string, unknown: string): string {
  if (!link.connected) return link.liveness === 'waiting' ? unknown : ''
  return link.connectedSince === undefined ? unknown : formatTime(link.connectedSince, language)
}

/** The quality of the connector's internet; never green while the car cannot be reached. */
function Quality({ isHealthy, isDead }: { isHealthy: boolean | undefined; isDead: boolean }) {
  const { t } = useTranslation()
  if (isHealthy === undefined) return <Chip>{t('link.unknown')}</Chip>
  const tone = isDead ? 'neutral' : 'good'
  return <Chip tone={isHealthy ? tone : 'warning'}>{t(isHealthy ? 'link.healthy' : 'link.unhealthy')}</Chip>
}

/** A battery voltage, marked while it is too low or too high. */
export function Voltage({ volts, isCurrent }: { volts: number; isCurrent: boolean }) {
  const { t } = useTranslation()
  const { language, voltageLimits } = useSlice('settings')
  const text = t('connectors.voltage', { value: formatDecimal(volts, language, 1) })
  const problem = isCurrent ? voltageProblem(volts, voltageLimits) : undefined
  if (problem === undefined) return <span>{text}</span>
  return (
    <Chip tone="warning">
      {text} · {t(problem === 'voltage-low' ? 'link.low' : 'link.high')}
    </Chip>
  )
}

/** A value; grey and with its age once it is no longer current. */
export function Dated({ reading, children }: { reading: Reading<unknown>; children: ReactNode }) {
  if (reading.staleSince === undefined) return children
  return (
    <span className="stale-value">
      {children} · <Age reading={reading} text={(age) => age} />
    </span>
  )
}

function Age({ reading, text }: { reading: Reading<unknown>; text: (age: string) => string }) {
  const { t } = useTranslation()
  const now = useNow(1000)
  return text(formatAge(t, now - (reading.staleSince ?? now)))
}
