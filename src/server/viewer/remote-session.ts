import type { ServiceResult } from '../../openobd/generated/types/openOBD/v1/ServiceResult.ts'
import type { ContextRecord__Output } from '../../openobd/generated/types/workbench/v1/ContextRecord.ts'
import type { SessionRecord__Output } from '../../openobd/generated/types/workbench/v1/SessionRecord.ts'
import type { SessionUpdate__Output } from '../../openobd/generated/types/workbench/v1/SessionUpdate.ts'
import type { ViewedContext, ViewedSession, ViewedTransition } from './viewed-session.ts'

/** A session of another server, as that server told of it. */
export class RemoteSession implements ViewedSession {
  readonly id: string
  #record: SessionRecord__Output
  #transitions: readonly ViewedTransition[] = []
  #contexts: readonly ViewedContext[] = []

  constructor(record: SessionRecord__Output) {
    this.id = record.session_id
    this.#record = record
    this.replace(record)
  }

  get state(): string {
    return this.#record.state
  }

  get createdAt(): number {
    return this.#record.created_at
  }

  get ticketNumber(): string {
    return this.#record.ticket_number
  }

  get connectorNumber(): string {
    return this.#record.connector_number
  }

  get startedBy(): string {
    return this.#record.started_by
  }

  get transitions(): readonly ViewedTransition[] {
    return this.#transitions
  }

  get contexts(): readonly ViewedContext[] {
    return this.#contexts
  }

  get serviceResult(): ServiceResult | undefined {
    return this.#record.service_result ?? undefined
  }

  get acceptedFinishes(): number {
    return this.#record.accepted_finishes
  }

  /** Takes the whole record over. */
  replace(record: SessionRecord__Output): void {
    this.#record = record
    this.#transitions = record.transitions
    this.#contexts = record.contexts.map(contextFromWire)
  }

  /** Takes a difference over (viewer.proto, SessionUpdate). */
  update(change: SessionUpdate__Output): void {
    this.#record = {
      ...this.#record,
      state: change.state ?? this.#record.state,
      accepted_finishes: change.accepted_finishes ?? this.#record.accepted_finishes,
      ...(change.service_result ? { service_result: change.service_result } : {}),
    }
    this.#transitions = [...this.#transitions, ...change.new_transitions]
    const contexts = new Map(this.#contexts.map((context) => [context.id, context]))
    for (const id of change.forgotten_contexts) contexts.delete(id)
    for (const context of change.changed_contexts) contexts.set(context.id, contextFromWire(context))
    this.#contexts = [...contexts.values()]
  }
}

const contextFromWire = (context: ContextRecord__Output): ViewedContext => ({
  id: context.id,
  parent: context.parent_id === '' ? undefined : { id: context.parent_id },
  state: context.state,
  details: context.details ?? undefined,
  end: context.service_result ? { result: context.service_result } : undefined,
  startedAt: context.started_at,
  finishedAt: context.finished_at,
})
