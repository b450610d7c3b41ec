import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { Engine } from '../engine.ts'
import type { PartnerApiChoices } from './choices.ts'
import type { Resources } from './resources.ts'
import type { PartnerEvent, TicketStates } from './ticket-states.ts'
import type { Troubles } from './troubles.ts'

const requestSchema = z.object({
  action: z.string(),
  connector_id: z.string().optional(),
  event_type: z.string().optional(),
})

/** Dependencies of the feed. */
export interface LiveFeedSetup {
  readonly engine: Engine
  readonly resources: Resources
  readonly states: TicketStates
  readonly choices: PartnerApiChoices
  readonly troubles: Troubles
}

/** One WebSocket of a partner: statuses of the connectors and events of the types it has subscribed to. */
export function serveLiveFeed(socket: WebSocket, setup: LiveFeedSetup): void {
  const { engine, resources, states, choices, troubles } = setup
  const connectors = new Set<string>()
  const eventTypes = new Set<string>()
  const dropAfter = troubles.take('ws-dropped-after')
  const idleCutMs = troubles.take('ws-idle-cut')
  let sent = 0
  const send = (text: string): void => {
    if (troubles.has('ws-silent')) return
    socket.send(text)
    sent += 1
    if (dropAfter !== undefined && sent >= dropAfter) socket.terminate()
  }
  const sendStatus = (id: string): void => {
    const bay = engine.workshop.findBay(id)
    if (!bay) return
    const offline = choices.offlineValues === 'null' ? { voltage: null, vin_number: null, round_trip_time: null } : {}
    const values: Record<string, unknown> = { ...(resources.status(bay) ?? offline) }
    if (troubles.has('ws-voltage-null')) values.voltage = null
    if (troubles.has('ws-voltage-text')) values.voltage = '12,4 V'
    const text = JSON.stringify({ action: 'subscribe-to-connector', message: { connector_id: id, ...values } })
    send(troubles.has('ws-voltage-nan') ? text.replace(/"voltage":[\d.]+/, '"voltage":NaN') : text)
  }
  let held: string | undefined
  /** An event that a later one has overtaken. */
  const sendHeld = (): void => {
    if (held !== undefined) send(held)
    held = undefined
  }
  const sendEvent = ({ id, type, ticket }: PartnerEvent): void => {
    if (!eventTypes.has(type)) return
    const { ticket_number } = resources.ticket(ticket)
    const message = choices.eventMessage === 'empty' ? {} : { ticket: { id: ticket.id, ticket_number } }
    const text = JSON.stringify({ action: 'event-received', event_id: id, event_type: type, message })
    if (held === undefined && troubles.has('ws-out-of-order')) {
      held = text
      return
    }
    send(text)
    if (troubles.has('ws-duplicates')) send(text)
    sendHeld()
  }
  let timer = setInterval(() => {
    if (troubles.has('ws-unknown-action')) send(JSON.stringify({ action: 'say-hello', message: 'hello' }))
    for (const id of connectors) sendStatus(id)
    sendHeld()
  }, choices.statusEveryMs)
  if (idleCutMs !== undefined) {
    clearInterval(timer)
    timer = setInterval(() => socket.terminate(), Math.max(1, idleCutMs))
  }
  const leave = states.onEvent(sendEvent)
  socket.on('close', () => {
    clearInterval(timer)
    leave()
  })
  socket.on('error', () => undefined)
  socket.on('message', (data) => {
    const request = requestSchema.safeParse(parsed(String(data)))
    if (!request.success) return send(JSON.stringify({ message: 'Forbidden' }))
    const { action, connector_id: connectorId = '', event_type: eventType = '' } = request.data
    if (action === 'subscribe-to-connector') {
      connectors.add(connectorId)
      sendStatus(connectorId)
    } else if (action === 'unsubscribe-from-connector') connectors.delete(connectorId)
    else if (action === 'subscribe-to-event') eventTypes.add(eventType)
    else if (action === 'unsubscribe-from-event') eventTypes.delete(eventType)
    else send(JSON.stringify({ message: 'unknown action' }))
    if (choices.acknowledges) send(JSON.stringify({ message: 'ok' }))
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
