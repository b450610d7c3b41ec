import type { ClockState } from '../../openobd/generated/types/workbench/v1/ClockState.ts'
import type { Fault } from '../../openobd/generated/types/workbench/v1/Fault.ts'
import { workbenchV1 } from '../../openobd/grpc/protos.ts'
import { ManualClock } from '../../server/clock/manual-clock.ts'
import { failedPrecondition } from '../../server/refusal.ts'
import { defineService, serverStream, unary } from '../../server/rpc/rpc.ts'
import { SessionArchive } from '../../server/viewer/session-archive.ts'
import { ViewerWatch } from '../../server/viewer/viewer-watch.ts'
import type { Engine } from '../engine.ts'
import type { ActiveFault } from '../faults/fault-registry.ts'
import { controllerAccess } from '../session/access.ts'
import { workshopFeed } from '../viewer/workshop-feed.ts'

/** `workbench.v1.viewer`: the side that shows prompts and follows the workshop. */
export const viewerService = (engine: Engine) => {
  const archive = new SessionArchive(engine.sessions)
  const feed = workshopFeed(engine)
  return defineService(workbenchV1.viewer.service, {
    watchWorkshop: serverStream(controllerAccess, (request, stream) =>
      new ViewerWatch(feed, stream, { hasSessionUpdates: request.session_updates }).run(),
    ),
    answerPrompt: unary(controllerAccess, (request) => engine.prompts.answer(request)),
    getSessionRecord: unary(controllerAccess, (request) => archive.read(request.session_id)),
  })
}

/** `workbench.v1.control`: clock, faults and counters for tests. */
export const controlService = (engine: Engine) =>
  defineService(workbenchV1.control.service, {
    advanceClock: unary(controllerAccess, async (request) => {
      const { session, bus } = engine.clocks
      if (!(session instanceof ManualClock) && request.session_ms > 0)
        throw failedPrecondition('the session clock runs by itself; start the engine with --clock manual')
      if (!(bus instanceof ManualClock) && request.bus_ms > 0)
        throw failedPrecondition('the bus clock runs by itself; start the engine with --clock manual')
      if (bus instanceof ManualClock && request.bus_ms > 0) await bus.advance(request.bus_ms)
      if (session instanceof ManualClock && request.session_ms > 0) await session.advance(request.session_ms)
      return clockState(engine)
    }),
    getClock: unary(controllerAccess, () => clockState(engine)),
    setFault: unary(controllerAccess, (request) =>
      faultToWire(
        engine.faults.set(
          request.kind,
          { connectorNumber: request.connector_number, sessionId: request.session_id },
          request.parameters,
        ),
      ),
    ),
    clearFault: unary(controllerAccess, (request) => {
      engine.faults.clear(request.value)
      return { faults: engine.faults.active.map(faultToWire) }
    }),
    listFaults: unary(controllerAccess, () => ({ faults: engine.faults.active.map(faultToWire) })),
    getCounters: unary(controllerAccess, () => ({
      open_sessions: engine.sessions.open.length,
      remembered_sessions: engine.sessions.retrievable.length,
      open_streams: engine.gauges.read('openStreams'),
      pending_timers: engine.clocks.session.pendingTimers + engine.clocks.bus.pendingTimers,
      live_tokens: engine.vault.count(({ holder }) => holder.kind === 'context' && !holder.session.isOver),
      prompts_on_display: engine.gauges.read('promptsOnDisplay'),
      configured_buses: engine.gauges.read('configuredBuses'),
      open_channels: engine.gauges.read('openChannels'),
    })),
  })

const clockState = (engine: Engine): ClockState => ({
  manual: engine.isClockManual,
  session_now: Math.floor(engine.clocks.session.now()),
  bus_now: Math.floor(engine.clocks.bus.now()),
})

const faultToWire = (fault: ActiveFault): Fault => ({
  id: fault.id,
  kind: fault.kind,
  connector_number: fault.connectorNumber,
  session_id: fault.sessionId,
  parameters: fault.rawParameters,
})
