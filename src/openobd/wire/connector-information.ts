import type { ConnectorInformation__Output } from '../generated/types/openOBD/v1/ConnectorInformation.ts'

/** State of the internet link between the platform and the connector (openOBD.v1.ConnectorInformation). */
export interface ConnectorInformation {
  readonly connected: boolean
  /** Unix ms of the server; undefined while not connected. */
  readonly connectedSince?: number
  /** Round trip in ms. */
  readonly latencyMs: number
  readonly healthy: boolean
}

/** A received ConnectorInformation; a zero `connected_since` means that nothing is known. */
export function connectorInformationFromWire(wire: ConnectorInformation__Output): ConnectorInformation {
  return {
    connected: wire.connected,
    latencyMs: wire.latency,
    healthy: wire.healthy,
    ...(wire.connected_since > 0 ? { connectedSince: wire.connected_since } : {}),
  }
}
