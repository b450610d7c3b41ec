import type { ConnectorInformation__Output } from '../generated/types/openOBD/v1/ConnectorInformation.ts'
import { knownNumber, latencyMs, unixMs } from './plausible.ts'

/** State of the internet link between the platform and the connector (openOBD.v1.ConnectorInformation). */
export interface ConnectorInformation {
  readonly connected: boolean
  /** Unix ms of the server; undefined while not connected. */
  readonly connectedSince?: number
  /** Round trip in ms; absent when the server sent none or an impossible one. */
  readonly latencyMs?: number
  readonly healthy: boolean
}

/** A received ConnectorInformation; a zero `connected_since` means that nothing is known. */
export function connectorInformationFromWire(wire: ConnectorInformation__Output): ConnectorInformation {
  const connectedSince = knownNumber('ConnectorInformation.connected_since', wire.connected_since, unixMs)
  const latency = knownNumber('ConnectorInformation.latency', wire.latency, latencyMs)
  return {
    connected: wire.connected,
    healthy: wire.healthy,
    ...(latency === undefined ? {} : { latencyMs: latency }),
    ...(connectedSince ? { connectedSince } : {}),
  }
}
