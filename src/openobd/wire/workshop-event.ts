import type { WorkshopEvent__Output } from '../generated/types/workbench/v1/WorkshopEvent.ts'
import type { WorkshopSnapshot__Output } from '../generated/types/workbench/v1/WorkshopSnapshot.ts'
import { readableItems } from './plausible.ts'
import { type ScriptLogLine, scriptLogLineFromWire } from './script-log-line.ts'
import { type SessionRecord, sessionRecordFromWire } from './session-record.ts'
import { type SessionUpdate, sessionUpdateFromWire } from './session-update.ts'
import { type PromptEnd, promptEndFromWire, type ShownPrompt, shownPromptFromWire } from './shown-prompt.ts'
import { type WorkshopConnector, workshopConnectorFromWire } from './workshop-connector.ts'
import { type WorkshopTicket, workshopTicketFromWire } from './workshop-ticket.ts'

/** The whole workshop at the start of the watch. */
export interface WorkshopSnapshot {
  readonly workshopName: string
  readonly tickets: readonly WorkshopTicket[]
  readonly connectors: readonly WorkshopConnector[]
  readonly sessions: readonly SessionRecord[]
  /** Displayed prompts, oldest first. */
  readonly prompts: readonly ShownPrompt[]
}

/** One change in the workshop. A snapshot replaces everything that was known before. */
export type WorkshopEvent =
  | { readonly kind: 'snapshot'; readonly snapshot: WorkshopSnapshot }
  | { readonly kind: 'ticket-changed'; readonly ticket: WorkshopTicket }
  | { readonly kind: 'connector-changed'; readonly connector: WorkshopConnector }
  | { readonly kind: 'session-changed'; readonly session: SessionRecord }
  | { readonly kind: 'prompt-shown'; readonly prompt: ShownPrompt }
  | { readonly kind: 'prompt-ended'; readonly end: PromptEnd }
  | { readonly kind: 'script-log'; readonly line: ScriptLogLine }
  /** An event of a later version. */
  | { readonly kind: 'unknown' }

/** An event of the stream: an update belongs to a record sent before. */
export type ReceivedWorkshopEvent = WorkshopEvent | { readonly kind: 'session-updated'; readonly update: SessionUpdate }

/** A received WorkshopEvent. */
export function workshopEventFromWire(wire: WorkshopEvent__Output): ReceivedWorkshopEvent {
  if (wire.snapshot) return { kind: 'snapshot', snapshot: snapshotFromWire(wire.snapshot) }
  if (wire.ticket_changed) return { kind: 'ticket-changed', ticket: workshopTicketFromWire(wire.ticket_changed) }
  if (wire.connector_changed) {
    return { kind: 'connector-changed', connector: workshopConnectorFromWire(wire.connector_changed) }
  }
  if (wire.session_changed) return { kind: 'session-changed', session: sessionRecordFromWire(wire.session_changed) }
  if (wire.session_updated) return { kind: 'session-updated', update: sessionUpdateFromWire(wire.session_updated) }
  if (wire.prompt_shown) return { kind: 'prompt-shown', prompt: shownPromptFromWire(wire.prompt_shown) }
  if (wire.prompt_ended) return { kind: 'prompt-ended', end: promptEndFromWire(wire.prompt_ended) }
  if (wire.script_log) return { kind: 'script-log', line: scriptLogLineFromWire(wire.script_log) }
  return { kind: 'unknown' }
}

/** Unreadable items are left out; the rest of the workshop is shown. */
const snapshotFromWire = (wire: WorkshopSnapshot__Output): WorkshopSnapshot => ({
  workshopName: wire.workshop_name,
  tickets: readableItems(wire.tickets, workshopTicketFromWire),
  connectors: readableItems(wire.connectors, workshopConnectorFromWire),
  sessions: readableItems(wire.sessions, sessionRecordFromWire),
  prompts: readableItems(wire.prompts, shownPromptFromWire),
})
