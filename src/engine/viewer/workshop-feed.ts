import {
  boardFeed,
  mergedFeed,
  scriptLogFeed,
  type ViewerFeed,
  type ViewerSink,
} from '../../server/viewer/viewer-feed.ts'
import type { Engine } from '../engine.ts'
import type { VehicleBay } from '../workshop/vehicle-bay.ts'
import { connectorToWire, ticketToWire } from './to-wire.ts'

/** Everything that viewers of the engine can follow: sessions, prompts, the ScriptLog, tickets and connectors. */
export const workshopFeed = (engine: Engine): ViewerFeed =>
  mergedFeed([sessionFeed(engine), boardFeed(engine.prompts), scriptLogFeed(engine.scriptLog), bayFeed(engine)])

const sessionFeed = ({ sessions }: Engine): ViewerFeed => ({
  snapshot: () => ({ sessions: sessions.retrievable }),
  follow(sink) {
    const leave = [
      sessions.onChange((session) => sink.sessionChanged(session)),
      sessions.onForget((session) => sink.sessionForgotten(session)),
    ]
    return () => {
      for (const stop of leave) stop()
    }
  },
})

const bayFeed = ({ workshop }: Engine): ViewerFeed => ({
  snapshot: () => ({
    workshopName: workshop.name,
    tickets: workshop.tickets.map(ticketToWire),
    connectors: workshop.bays.map(connectorToWire),
  }),
  follow(sink) {
    const leave = workshop.bays.map((bay) => followBay(workshop, bay, sink))
    return () => {
      for (const stop of leave) stop()
    }
  },
})

/** Tickets follow their connector: they are in use while a session holds it. */
function followBay(workshop: Engine['workshop'], bay: VehicleBay, sink: ViewerSink): () => void {
  let holder = bay.session
  return bay.onChange(() => {
    sink.happened({ connector_changed: connectorToWire(bay) })
    if (holder === bay.session) return
    holder = bay.session
    for (const ticket of workshop.tickets)
      if (ticket.bay === bay) sink.happened({ ticket_changed: ticketToWire(ticket) })
  })
}
