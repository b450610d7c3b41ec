import { CarFront, Plug, WifiOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { Chip } from '../../components/Chip.tsx'
import { Empty, Loading } from '../../components/Empty.tsx'
import { Icon } from '../../components/Icon.tsx'
import { LongList } from '../../components/LongList.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useNow } from '../../components/use-now.ts'
import { saidName } from '../../components/visible-text.ts'
import { formatAge } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { Voltage } from '../session/LinkPanel.tsx'
import { InUse, StartOrShow } from './StartOrShow.tsx'
import { liftOf, type TicketCar } from './use-cars.ts'

/** The open tickets of the workshop, as far as they were searched for; above them the search. */
export function Tickets({ tickets, children }: { tickets: readonly TicketCar[]; children: ReactNode }) {
  const { t } = useTranslation()
  const workshop = useSlice('workshop')
  const all = useSlice('tickets')
  // After a lasting failure nothing is loading.
  const { status } = useSlice('endpoint')
  const isOut = workshop.status === 'loading' && status === 'failed'
  return (
    <Panel
      title={t('tickets.title')}
      icon={CarFront}
      aside={workshop.name !== '' && <ServerText>{workshop.name}</ServerText>}
    >
      {workshop.status === 'loading' && !isOut && <Loading text={t('tickets.loading')} />}
      {workshop.status === 'stale' && all.length > 0 && <StaleNotice since={workshop.staleSince} />}
      {(workshop.status === 'stale' || isOut) && all.length === 0 && (
        <Empty icon={CarFront} title={t('tickets.unreachable')} text={t('tickets.unreachableText')} />
      )}
      {workshop.status === 'ready' && all.length === 0 && (
        <Empty icon={CarFront} title={t('tickets.empty')} text={t('tickets.emptyText')} />
      )}
      {children}
      {tickets.length > 0 && (
        <LongList items={tickets} keyOf={({ ticket }) => ticket.number} label={t('tickets.title')} height={96}>
          {(car) => <Ticket car={car} />}
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

function Ticket({ car: { ticket, adapter, job } }: { car: TicketCar }) {
  const { t } = useTranslation()
  const isCurrent = useSlice('workshop').status === 'ready'
  const warning = isCurrent ? 'warning' : 'neutral'
  const lift = liftOf(adapter)
  return (
    <div className="item">
      <span className="plate">
        <ServerText>{saidName(ticket.licensePlate) ?? t('tickets.noPlate')}</ServerText>
      </span>
      <div className="item__text">
        <p className="item__title">
          <ServerText>{saidName(ticket.vehicleName) ?? t('tickets.noVehicle')}</ServerText>
        </p>
        {ticket.subject !== '' && (
          <p className="item__wish">
            <ServerText>{ticket.subject}</ServerText>
          </p>
        )}
        <p className="item__numbers">
          {ticket.customer !== undefined && <ServerText>{ticket.customer}</ServerText>}
          <span>{t('tickets.number', { number: ticket.number })}</span>
          <span>
            <Icon of={Plug} size={16} />{' '}
            {ticket.connectorNumber === '' ? (
              t('partnerApi.noAdapter')
            ) : lift === undefined ? (
              t('tickets.connector', { number: ticket.connectorNumber })
            ) : (
              <ServerText>{lift}</ServerText>
            )}
          </span>
        </p>
        {ticket.inUse && <InUse use={ticket.use} isHere={job !== undefined} />}
      </div>
      <div className="item__states">
        {ticket.isInProgress === true && <Chip tone="info">{t('partnerApi.inProgress')}</Chip>}
        {ticket.customer !== undefined && adapter?.voltage !== undefined && (
          <Voltage volts={adapter.voltage} isCurrent={isCurrent} />
        )}
        {adapter?.online === false && (
          <Chip tone={isCurrent ? 'danger' : 'neutral'} icon={WifiOff}>
            {t('tickets.offline')}
          </Chip>
        )}
        {adapter?.online === true && !adapter.plugged && <Chip tone={warning}>{t('tickets.unplugged')}</Chip>}
      </div>
      <StartOrShow
        target={{ kind: 'ticket', number: ticket.number }}
        job={job}
        label={t('start.startTicket', { number: ticket.number })}
        look="soft"
      />
    </div>
  )
}
