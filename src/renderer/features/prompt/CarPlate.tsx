import type { PromptSession } from '../../../shared/prompt.ts'
import { Chip } from '../../components/Chip.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { isolatedText, joinedNames, saidName } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { shortened } from './prompt-text.ts'

const longestName = 80

/** The car of a prompt, in large letters: plate, car, ticket, and whether its session was started here. */
export function CarPlate({ session, size = 'large' }: { session: PromptSession; size?: 'large' | 'small' }) {
  const { t } = useTranslation()
  const jobs = useSlice('jobs')
  const { ticketNumber, connectorNumber } = session
  const licensePlate = saidName(session.licensePlate)
  const vehicleName = saidName(session.vehicleName)
  const connectorName = saidName(session.connectorName)
  const isOwn = jobs.some(({ handle }) => handle === session.key)
  const isUnknown = !licensePlate && !vehicleName && !ticketNumber && !connectorNumber
  return (
    <div className={`car-plate car-plate--${size}`}>
      {isUnknown && <span className="car-plate__car">{t('prompt.unknownCar')}</span>}
      {licensePlate && <ServerText className="car-plate__plate">{shortened(licensePlate, longestName)}</ServerText>}
      {vehicleName && <ServerText className="car-plate__car">{shortened(vehicleName, longestName)}</ServerText>}
      {ticketNumber && <span>{t('session.ticket', { number: named(ticketNumber) })}</span>}
      {!ticketNumber && connectorNumber && <span>{t('session.connector', { number: named(connectorNumber) })}</span>}
      {!isOwn && connectorName && connectorName !== connectorNumber && (
        <ServerText className="car-plate__lift">{shortened(connectorName, longestName)}</ServerText>
      )}
      <Chip tone={isOwn ? 'good' : 'warning'}>{t(isOwn ? 'prompt.ours' : 'prompt.notOurs')}</Chip>
    </div>
  )
}

const named = (number: string) => isolatedText(shortened(number, longestName))

/** The same in one line of text, for screen readers and for the names of buttons. */
export function useCarName(): (session: PromptSession) => string {
  const { t } = useTranslation()
  return ({ licensePlate, vehicleName, ticketNumber, connectorNumber }) => {
    const number = ticketNumber
      ? t('session.ticket', { number: ticketNumber })
      : connectorNumber && t('session.connector', { number: connectorNumber })
    const short = (name = '') => shortened(name, longestName)
    return joinedNames([short(licensePlate), short(vehicleName), short(number)], ', ') || t('prompt.unknownCar')
  }
}
