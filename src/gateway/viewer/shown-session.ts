import type { FunctionDetails } from '../../openobd/generated/types/openOBD/v1/FunctionDetails.ts'
import type { ViewedContext, ViewedSession } from '../../server/viewer/viewed-session.ts'
import type { GatewayContext, GatewaySession } from '../contexts.ts'

/** A session of the gateway as viewers see it. What does not pass the gateway, such as results and transitions, is not known here. */
export class ShownSession implements ViewedSession {
  readonly #session: GatewaySession
  readonly startedBy: string
  /** Viewers compare details by identity, so they stay the same as long as the name does. */
  readonly #details = new Map<string, FunctionDetails>()
  readonly transitions = []
  readonly serviceResult = undefined

  constructor(session: GatewaySession, startedBy: string) {
    this.#session = session
    this.startedBy = startedBy
  }

  get id(): string {
    return this.#session.id
  }

  get state(): string {
    const { root, finalState } = this.#session
    return root.state === 'ended' ? finalState : root.state
  }

  get createdAt(): number {
    return this.#session.root.startedAt
  }

  get ticketNumber(): string {
    return this.#session.place.ticketNumber
  }

  get connectorNumber(): string {
    return this.#session.place.connectorNumber
  }

  get acceptedFinishes(): number {
    return this.state === 'finished' ? 1 : 0
  }

  get contexts(): readonly ViewedContext[] {
    return [...this.#session.contexts.values()].map((context) => this.#viewed(context))
  }

  #viewed(context: GatewayContext): ViewedContext {
    const { id, parent, state, startedAt, endedAt } = context
    return { id, parent, state, details: this.#detailsOf(context), end: undefined, startedAt, finishedAt: endedAt }
  }

  #detailsOf({ id, functionName }: GatewayContext): FunctionDetails | undefined {
    if (functionName === '') return undefined
    const known = this.#details.get(id)
    if (known?.name === functionName) return known
    const details = { id, name: functionName }
    this.#details.set(id, details)
    return details
  }
}
