import type { ConnectorInformation } from '../../openobd/generated/types/openOBD/v1/ConnectorInformation.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import type { ScheduledTask } from '../clock/clock.ts'
import type { Engine } from '../engine.ts'
import { limits } from '../protocol-choices.ts'
import { defineService, serverStream, unary } from '../server/rpc.ts'
import { activeAccess } from '../session/access.ts'
import type { VehicleBay } from '../workshop/vehicle-bay.ts'

/** `openOBD.v1.connectionMonitor` (protocol.md §11): one message at once and then one per second. */
export const connectionMonitorService = (engine: Engine) =>
  defineService(openObdV1.connectionMonitor.service, {
    getConnectorInformation: unary(activeAccess, (_request, { session }) => connectorInformation(session.bay)),
    openConnectorInformationStream: serverStream(activeAccess, async (_request, stream, { session }) => {
      let next: ScheduledTask | undefined
      const tick = () => {
        if (stream.over.aborted) return
        if (!stream.isCongested) stream.send(connectorInformation(session.bay))
        next = engine.clocks.session.schedule(limits.connectorInformationMs, tick)
      }
      tick()
      await stream.whenOver()
      next?.cancel()
    }),
  })

/** The link of a connector as the wire says it. */
export function connectorInformation(bay: VehicleBay): ConnectorInformation {
  const { isConnected, connectedSince, latencyMs, isHealthy } = bay.link
  return {
    connected: isConnected,
    connected_since: Math.floor(connectedSince ?? 0),
    latency: latencyMs,
    healthy: isHealthy,
  }
}
