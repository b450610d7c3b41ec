import type { BusConfiguration__Output } from '../../openobd/generated/types/openOBD/v1/BusConfiguration.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { resourceExhausted } from '../../server/refusal.ts'
import { clientStream, defineService, unary } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { activeAccess } from '../session/access.ts'
import type { DiagnosticSession } from '../session/diagnostic-session.ts'
import { resourceKey } from '../session/resources.ts'
import { mostBuses } from '../tester/bus-rules.ts'
import type { TransferFailed } from '../tester/channel-kind.ts'
import { mismatchOf } from '../tester/mismatch.ts'
import { SessionBuses } from '../tester/session-buses.ts'

const busesKey = resourceKey<SessionBuses>('configured buses')

/** The configured buses and channels of a session. */
export function busesOf(engine: Engine, session: DiagnosticSession): SessionBuses {
  const { bay } = session
  return session.resources.obtain(busesKey, () => {
    const isReachable = () => bay.isPlugged && bay.isOnline
    const transferFailed: TransferFailed = (channel, direction, failure) =>
      engine.log.warn({ session: session.id, ...channel, direction, failure }, 'transfer failed')
    return new SessionBuses(bay.car, isReachable, engine.gauges, transferFailed)
  })
}

/** `openOBD.v1.config` (protocol.md §7): one configuration per session, replaced as a whole; muting is idempotent. */
export const configService = (engine: Engine) =>
  defineService(openObdV1.config.service, {
    configureBus: clientStream(activeAccess, async (stream, { session }) => {
      const buses: BusConfiguration__Output[] = []
      await stream.receive((bus) => {
        if (buses.push(bus) > mostBuses) throw resourceExhausted(`at most ${mostBuses} buses can be configured at once`)
      })
      session.assertOpen()
      if (stream.over.aborted) return {}
      busesOf(engine, session).configure(buses)
      for (const bus of buses) {
        const mismatch = mismatchOf(bus, session.bay.car.description)
        if (mismatch) engine.log.warn({ session: session.id, bus: bus.bus_name }, mismatch)
      }
      return {}
    }),
    getConfiguration: unary(activeAccess, (_request, { session }) => busesOf(engine, session).read()),
    muteLocals: unary(activeAccess, (_request, { session }) => {
      busesOf(engine, session).muteLocals(true)
      return {}
    }),
    unmuteLocals: unary(activeAccess, (_request, { session }) => {
      busesOf(engine, session).muteLocals(false)
      return {}
    }),
  })
