import { Cable, Play, WifiOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { ConnectorView } from '../../../shared/app-state.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { Empty } from '../../components/Empty.tsx'
import { LongList } from '../../components/LongList.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useSlice } from '../../store/workbench.ts'
import { Voltage } from '../session/LinkPanel.tsx'
import { useStart } from './use-start.ts'

/** The connectors of the workshop; a start on a connector is for function developers. */
export function Connectors() {
  const { t } = useTranslation()
  const { status } = useSlice('workshop')
  const connectors = useSlice('connectors')
  const isKnown = status === 'ready' || connectors.length > 0
  if (!isKnown) return null
  return (
    <Panel
      title={t('connectors.title')}
      icon={Cable}
      aside={<Chip tone="neutral">{t('connectors.development')}</Chip>}
      className="panel--quiet"
    >
      <p className="hint">{t('connectors.developmentText')}</p>
      {connectors.length === 0 && <Empty icon={Cable} title={t('connectors.empty')} text={t('connectors.emptyText')} />}
      {connectors.length > 0 && (
        <LongList items={connectors} keyOf={({ number }) => number} label={t('connectors.title')} height={88}>
          {(connector) => <Connector connector={connector} />}
        </LongList>
      )}
    </Panel>
  )
}

function Connector({ connector }: { connector: ConnectorView }) {
  const { t } = useTranslation()
  const { start, isReady, isBusy, busyWith } = useStart()
  const isThis = busyWith?.kind === 'connector' && busyWith.number === connector.number
  return (
    <div className="item">
      <div className="item__text">
        <p className="item__title">
          <ServerText>{connector.name === '' ? connector.number : connector.name}</ServerText>
        </p>
        <p className="item__numbers">
          <span>{connector.number}</span>
          <ServerText>{connector.vehicleName === '' ? t('connectors.noCar') : connector.vehicleName}</ServerText>
          {connector.vin !== '' && <ServerText className="code">{connector.vin}</ServerText>}
        </p>
      </div>
      <ConnectorStates connector={connector} />
      <Action
        icon={Play}
        label={t('start.startConnector', { number: connector.number })}
        isBusy={isThis}
        isDisabled={!isReady || isBusy || !connector.online}
        onPress={() => start({ kind: 'connector', number: connector.number })}
      >
        {isThis ? t('start.starting') : t('start.start')}
      </Action>
    </div>
  )
}

function ConnectorStates({ connector }: { connector: ConnectorView }) {
  const { t } = useTranslation()
  const isCurrent = useSlice('workshop').status === 'ready'
  if (!connector.online) {
    return (
      <div className="item__states">
        <Chip tone={isCurrent ? 'danger' : 'neutral'} icon={WifiOff}>
          {t('connectors.offline')}
        </Chip>
      </div>
    )
  }
  return (
    <div className="item__states">
      {connector.inUse && <Chip tone={isCurrent ? 'warning' : 'neutral'}>{t('connectors.inUse')}</Chip>}
      <Chip tone={!isCurrent ? 'neutral' : connector.plugged ? 'good' : 'warning'}>
        {t(connector.plugged ? 'connectors.plugged' : 'connectors.unplugged')}
      </Chip>
      {connector.plugged && (
        <Chip tone={isCurrent && !connector.ignitionOn ? 'warning' : 'neutral'}>
          {t(connector.ignitionOn ? 'connectors.ignitionOn' : 'connectors.ignitionOff')}
        </Chip>
      )}
      {connector.voltage !== undefined && <Voltage volts={connector.voltage} isCurrent={isCurrent} />}
    </div>
  )
}
