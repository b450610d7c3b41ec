import { openObdV1 } from '../../openobd/grpc/protos.ts'
import type { Timer } from '../../server/clock/clock.ts'
import { defineService, serverStream, unary } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { limits } from '../protocol-choices.ts'
import { activeAccess } from '../session/access.ts'
import { connectorInformation } from '../viewer/to-wire.ts'

/** `openOBD.v1.connectionMonitor` (protocol.md §11): one message at once and then one per second. */
export const connectionMonitorService = (engine: Engine) =>
  defineService(openObdV1.connectionMonitor.service, {
    getConnectorInformation: unary(activeAccess, (_request, { session }) => connectorInformation(session.bay)),
    openConnectorInformationStream: serverStream(activeAccess, async (_request, stream, { session }) => {
      let next: Timer | undefined
      const tick = () => {
        if (stream.over.aborted) return
        if (!stream.isCongested) stream.send(connectorInformation(session.bay))
        next = engine.clocks.session.after(limits.connectorInformationMs, tick)
      }
      tick()
      await stream.whenOver()
      next?.cancel()
    }),
  })
