import { CarFront, Play, Plug, WifiOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { ConnectorView, TicketView } from '../../../shared/app-state.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { Empty, Loading } from '../../components/Empty.tsx'
import { Icon } from '../../components/Icon.tsx'
import { LongList } from '../../components/LongList.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useNow } from '../../components/use-now.ts'
import { formatAge } from '../../i18n/format.ts'
import { useSlice } from '../../store/workbench.ts'
import { useStart } from './use-start.ts'

/** The open tickets of the workshop. */
export function Tickets() {
  const { t } = useTranslation()
  const workshop = useSlice('workshop')
  const tickets = useSlice('tickets')
  const allConnectors = useSlice('connectors')
  // After a lasting failure nothing is loading.
  const { status } = useSlice('endpoint')
  const isOut = workshop.status === 'loading' && status === 'failed'
  const connectors = new Map(allConnectors.map((connector) => [connector.number, connector]))
  return (
    <Panel
      title={t('tickets.title')}
      icon={CarFront}
      aside={workshop.name !== '' && <ServerText>{workshop.name}</ServerText>}
    >
      {workshop.status === 'loading' && !isOut && <Loading text={t('tickets.loading')} />}
      {workshop.status === 'stale' && tickets.length > 0 && <StaleNotice since={workshop.staleSince} />}
      {(workshop.status === 'stale' || isOut) && tickets.length === 0 && (
        <Empty icon={CarFront} title={t('tickets.unreachable')} text={t('tickets.unreachableText')} />
      )}
      {workshop.status === 'ready' && tickets.length === 0 && (
        <Empty icon={CarFront} title={t('tickets.empty')} text={t('tickets.emptyText')} />
      )}
      {tickets.length > 0 && (
        <LongList items={tickets} keyOf={({ number }) => number} label={t('tickets.title')} height={96}>
          {(ticket) => <Ticket ticket={ticket} connector={connectors.get(ticket.connectorNumber)} />}
        </LongList>
      )}
    </Panel>
  )
}

function StaleNotice({ since }: { since: number | undefined }) {
  const { t } = useTranslation()
  const now = useNow(10_000)
  const age = since === undefined ? t('time.unknown') : formatAge(t, now - since)
  return (
    <Notice tone="warning" role="status" title={t('tickets.stale')}>
      <p>{t('tickets.staleSince', { age })}</p>
    </Notice>
  )
}

function Ticket({ ticket, connector }: { ticket: TicketView; connector: ConnectorView | undefined }) {
  const { t } = useTranslation()
  const { start, isReady, isBusy, busyWith } = useStart()
  const isThis = busyWith?.kind === 'ticket' && busyWith.number === ticket.number
  const isCurrent = useSlice('workshop').status === 'ready'
  const warning = isCurrent ? 'warning' : 'neutral'
  return (
    <div className="item">
      <span className="plate">
        <ServerText>{ticket.licensePlate === '' ? t('tickets.noPlate') : ticket.licensePlate}</ServerText>
      </span>
      <div className="item__text">
        <p className="item__title">
          <ServerText>{ticket.vehicleName === '' ? t('tickets.noVehicle') : ticket.vehicleName}</ServerText>
        </p>
        {ticket.subject !== '' && (
          <p className="item__wish">
            <ServerText>{ticket.subject}</ServerText>
          </p>
        )}
        <p className="item__numbers">
          <span>{t('tickets.number', { number: ticket.number })}</span>
          <span>
            <Icon of={Plug} size={16} /> {t('tickets.connector', { number: ticket.connectorNumber })}
          </span>
        </p>
      </div>
      <div className="item__states">
        {ticket.inUse && <Chip tone={warning}>{t('tickets.inUse')}</Chip>}
        {connector?.online === false && (
          <Chip tone={isCurrent ? 'danger' : 'neutral'} icon={WifiOff}>
            {t('tickets.offline')}
          </Chip>
        )}
        {connector?.online === true && !connector.plugged && <Chip tone={warning}>{t('tickets.unplugged')}</Chip>}
      </div>
      <Action
        look="soft"
        icon={Play}
        label={t('start.startTicket', { number: ticket.number })}
        isBusy={isThis}
        isDisabled={!isReady || isBusy}
        onPress={() => start({ kind: 'ticket', number: ticket.number })}
      >
        {isThis ? t('start.starting') : t('start.start')}
      </Action>
    </div>
  )
}
