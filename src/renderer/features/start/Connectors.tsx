import { Cable, WifiOff } from 'lucide-react'
import { Chip } from '../../components/Chip.tsx'
import { Empty } from '../../components/Empty.tsx'
import { LongList } from '../../components/LongList.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { InUse, StartOrShow } from './StartOrShow.tsx'
import { type AdapterCar, liftOf } from './use-cars.ts'

/** The diagnostic adapters, as far as they were searched for. A start on one is for function developers. */
export function Connectors({ adapters }: { adapters: readonly AdapterCar[] }) {
  const { t } = useTranslation()
  const { status } = useSlice('workshop')
  const all = useSlice('connectors')
  const isKnown = status === 'ready' || all.length > 0
  if (!isKnown) return null
  return (
    <Panel
      title={t('connectors.title')}
      icon={Cable}
      aside={<Chip tone="neutral">{t('connectors.development')}</Chip>}
      className="panel--quiet"
    >
      <p className="hint">{t('connectors.developmentText')}</p>
      {all.length === 0 && <Empty icon={Cable} title={t('connectors.empty')} text={t('connectors.emptyText')} />}
      {adapters.length > 0 && (
        <LongList items={adapters} keyOf={({ adapter }) => adapter.number} label={t('connectors.title')} height={88}>
          {(car) => <Connector car={car} />}
        </LongList>
      )}
    </Panel>
  )
}

function Connector({ car: { adapter, job } }: { car: AdapterCar }) {
  const { t } = useTranslation()
  const isCurrent = useSlice('workshop').status === 'ready'
  const { number, online, plugged, vehicleName, vin, inUse, use } = adapter
  return (
    <div className="item">
      <div className="item__text">
        <p className="item__title">
          <ServerText>{liftOf(adapter) ?? number}</ServerText>
        </p>
        <p className="item__numbers">
          <span>{number}</span>
          <ServerText>{vehicleName === '' ? t('connectors.noCar') : vehicleName}</ServerText>
          {vin !== '' && <ServerText className="code">{vin}</ServerText>}
        </p>
        {inUse && <InUse use={use} isHere={job !== undefined} />}
      </div>
      <div className="item__states">
        {!online && (
          <Chip tone={isCurrent ? 'danger' : 'neutral'} icon={WifiOff}>
            {t('connectors.offline')}
          </Chip>
        )}
        {online && !plugged && <Chip tone={isCurrent ? 'warning' : 'neutral'}>{t('connectors.unplugged')}</Chip>}
      </div>
      <StartOrShow
        target={{ kind: 'connector', number }}
        job={job}
        label={t('start.startConnector', { number })}
        isOffline={!online}
      />
    </div>
  )
}
