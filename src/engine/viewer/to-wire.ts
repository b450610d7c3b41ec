import type { ConnectorInformation } from '../../openobd/generated/types/openOBD/v1/ConnectorInformation.ts'
import type { Connector } from '../../openobd/generated/types/workbench/v1/Connector.ts'
import type { Ticket as WireTicket } from '../../openobd/generated/types/workbench/v1/Ticket.ts'
import type { VehicleBay } from '../workshop/vehicle-bay.ts'
import type { Ticket } from '../workshop/workshop.ts'

/** A ticket; it is in use by the session that was started on it or that holds its connector. */
export const ticketToWire = (ticket: Ticket): WireTicket => ({
  number: ticket.number,
  id: ticket.id,
  connector_number: ticket.bay.number,
  subject: ticket.subject,
  vehicle_name: ticket.vehicleName,
  session_id: ticket.bay.session?.id ?? '',
  license_plate: ticket.licensePlate,
})

/** A connector and its car; identity and voltage only while it is plugged. */
export const connectorToWire = (bay: VehicleBay): Connector => ({
  number: bay.number,
  id: bay.id,
  name: bay.name,
  online: bay.isOnline,
  plugged: bay.isPlugged,
  vehicle_name: bay.isPlugged ? bay.car.name : '',
  vin: bay.isPlugged ? bay.car.vin : '',
  ...(bay.isPlugged ? { voltage: bay.car.voltage } : {}),
  ignition_on: bay.isPlugged && bay.car.ignitionOn,
  link: connectorInformation(bay),
  session_id: bay.session?.id ?? '',
})

/** The link of a connector as a wire message. */
export function connectorInformation(bay: VehicleBay): ConnectorInformation {
  const { isConnected, connectedSince, latencyMs, isHealthy } = bay.link
  return {
    connected: isConnected,
    connected_since: Math.floor(connectedSince ?? 0),
    latency: latencyMs,
    healthy: isHealthy,
  }
}
