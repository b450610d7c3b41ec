import type { FunctionDetails } from '../../openobd/generated/types/openOBD/v1/FunctionDetails.ts'
import type { ServiceResult } from '../../openobd/generated/types/openOBD/v1/ServiceResult.ts'
import type { ContextRecord } from '../../openobd/generated/types/workbench/v1/ContextRecord.ts'
import type { SessionRecord } from '../../openobd/generated/types/workbench/v1/SessionRecord.ts'
import type { SessionTransition } from '../../openobd/generated/types/workbench/v1/SessionTransition.ts'

/** A change of a session's state. */
export interface ViewedTransition {
  readonly from: string
  readonly to: string
  /** Unix ms. */
  readonly at: number
  readonly cause: string
}

/** A function context as viewers see it. Of these only state, details and end change, each to another value or object. */
export interface ViewedContext {
  readonly id: string
  readonly parent: { readonly id: string } | undefined
  readonly state: string
  readonly details: FunctionDetails | undefined
  readonly end: { readonly result: ServiceResult } | undefined
  /** Unix ms. */
  readonly startedAt: number
  readonly finishedAt: number | undefined
}

/** A session as viewers see it. The object stays the same while the session changes; transitions are only added. */
export interface ViewedSession {
  readonly id: string
  readonly state: string
  /** Unix ms. */
  readonly createdAt: number
  /** Empty for a session on a connector. */
  readonly ticketNumber: string
  readonly connectorNumber: string
  readonly startedBy: string
  readonly transitions: readonly ViewedTransition[]
  /** Root context first. */
  readonly contexts: readonly ViewedContext[]
  readonly serviceResult: ServiceResult | undefined
  readonly acceptedFinishes: number
}

/** Whole milliseconds for `uint64` fields. */
const ms = (at: number): number => Math.floor(at)

/** The record of a session. */
export const sessionToWire = (session: ViewedSession): SessionRecord => ({
  session_id: session.id,
  state: session.state,
  created_at: ms(session.createdAt),
  ticket_number: session.ticketNumber,
  connector_number: session.connectorNumber,
  transitions: session.transitions.map(transitionToWire),
  contexts: session.contexts.map(contextToWire),
  ...(session.serviceResult === undefined ? {} : { service_result: session.serviceResult }),
  accepted_finishes: session.acceptedFinishes,
  started_by: session.startedBy,
})

/** A change of a session's state. */
export const transitionToWire = ({ from, to, at, cause }: ViewedTransition): SessionTransition => ({
  from,
  to,
  at: ms(at),
  cause,
})

/** A function context. */
export const contextToWire = (context: ViewedContext): ContextRecord => ({
  id: context.id,
  parent_id: context.parent?.id ?? '',
  state: context.state,
  details: context.details ?? { id: context.id },
  ...(context.end === undefined ? {} : { service_result: context.end.result }),
  started_at: ms(context.startedAt),
  ...(context.finishedAt === undefined ? {} : { finished_at: ms(context.finishedAt) }),
})
