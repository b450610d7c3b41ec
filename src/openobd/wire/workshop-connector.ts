import { MalformedMessage } from '../failure.ts'
import type { Connector__Output } from '../generated/types/workbench/v1/Connector.ts'
import { type ConnectorInformation, connectorInformationFromWire } from './connector-information.ts'
import { knownNumber, supplyVolts } from './plausible.ts'

/** A connector of the workshop (workbench.v1.Connector). */
export interface WorkshopConnector {
  readonly number: string
  readonly id: string
  readonly name: string
  readonly online: boolean
  readonly plugged: boolean
  readonly vehicleName: string
  readonly vin: string
  /** Volts at pin 16; absent while unplugged and when the server sent none or an impossible one. */
  readonly voltage?: number
  readonly ignitionOn: boolean
  readonly link?: ConnectorInformation
  readonly sessionId?: string
}

/** A received Connector; one without a number is a named error. */
export function workshopConnectorFromWire(wire: Connector__Output): WorkshopConnector {
  if (!wire.number) throw new MalformedMessage('Connector', 'number')
  const voltage = knownNumber('Connector.voltage', wire.voltage, supplyVolts)
  return {
    number: wire.number,
    id: wire.id,
    name: wire.name,
    online: wire.online,
    plugged: wire.plugged,
    vehicleName: wire.vehicle_name,
    vin: wire.vin,
    ignitionOn: wire.ignition_on,
    ...(voltage === undefined ? {} : { voltage }),
    ...(wire.link ? { link: connectorInformationFromWire(wire.link) } : {}),
    ...(wire.session_id ? { sessionId: wire.session_id } : {}),
  }
}
