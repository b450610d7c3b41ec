import { Cable, ListChecks, WifiOff } from 'lucide-react'
import type { ConnectorView } from '../../../shared/app-state.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { Empty } from '../../components/Empty.tsx'
import { LongList } from '../../components/LongList.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { saidName } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { useSlice, useWorkbench } from '../../store/workbench.ts'
import { Voltage } from '../session/LinkPanel.tsx'

/** What the server reports of its adapters, and the way to its sessions; for the developer view. */
export function ConnectorDetails() {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const connectors = useSlice('connectors')
  const { status } = useSlice('endpoint')
  return (
    <Panel title={t('connectors.details')} icon={Cable}>
      <Action
        icon={ListChecks}
        isDisabled={status !== 'ready'}
        onPress={() => dialogOpened(screen, { kind: 'sessions' })}
      >
        {t('start.sessions')}
      </Action>
      {connectors.length === 0 && <Empty icon={Cable} title={t('connectors.empty')} text={t('connectors.emptyText')} />}
      {connectors.length > 0 && (
        <LongList items={connectors} keyOf={({ number }) => number} label={t('connectors.details')} height={88}>
          {(connector) => <Details connector={connector} />}
        </LongList>
      )}
    </Panel>
  )
}

function Details({ connector }: { connector: ConnectorView }) {
  const { t } = useTranslation()
  const { name, number, vehicleName, vin } = connector
  return (
    <div className="item">
      <div className="item__text">
        <p className="item__title">
          <ServerText>{saidName(name) ?? number}</ServerText>
        </p>
        <p className="item__numbers">
          <span>{number}</span>
          <ServerText>{saidName(vehicleName) ?? t('connectors.noCar')}</ServerText>
          {vin !== '' && <ServerText className="code">{vin}</ServerText>}
        </p>
      </div>
      <States connector={connector} />
    </div>
  )
}

function States({ connector }: { connector: ConnectorView }) {
  const { t } = useTranslation()
  const isCurrent = useSlice('workshop').status === 'ready'
  const { online, plugged, inUse, ignitionOn, voltage, latencyMs } = connector
  if (!online) {
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
      {inUse && <Chip tone={isCurrent ? 'warning' : 'neutral'}>{t('connectors.inUse')}</Chip>}
      <Chip tone={!isCurrent ? 'neutral' : plugged ? 'good' : 'warning'}>
        {t(plugged ? 'connectors.plugged' : 'connectors.unplugged')}
      </Chip>
      {plugged && (
        <Chip tone={isCurrent && !ignitionOn ? 'warning' : 'neutral'}>
          {t(ignitionOn ? 'connectors.ignitionOn' : 'connectors.ignitionOff')}
        </Chip>
      )}
      {voltage !== undefined && <Voltage volts={voltage} isCurrent={isCurrent} />}
      {latencyMs !== undefined && <Chip>{t('link.milliseconds', { value: latencyMs })}</Chip>}
    </div>
  )
}
