import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { failedPrecondition, invalidArgument, notFound } from '../../server/refusal.ts'
import { problemWords } from '../files/schema-messages.ts'
import type { DiagnosticSession } from '../session/diagnostic-session.ts'
import { covers, type FaultScope } from './fault-scope.ts'

/** An active fault. */
export interface ActiveFault<Parameters = unknown> extends FaultScope {
  readonly id: string
  readonly kind: string
  readonly parameters: Parameters
  /** The parameters as they were given, for listing. */
  readonly rawParameters: Readonly<Record<string, string>>
}

/** One kind of fault: its name, its parameters and its effect. */
export interface FaultDefinition<Subject, Parameters> {
  readonly kind: string
  /** One sentence for people who write scenarios. */
  readonly description: string
  /** Schema of the parameters; values arrive as strings. */
  readonly parameters: z.ZodType<Parameters>
  /** Why parameters that fit the schema cannot apply in this scope. */
  check?(subject: Subject, scope: FaultScope, parameters: Parameters): string | undefined
  /** Switches the fault on and returns a function that switches it off; absent when services query the fault themselves. */
  apply?(subject: Subject, fault: ActiveFault<Parameters>): (() => void) | undefined
}

/** Dependencies of the registry. */
export interface FaultSubject {
  readonly workshop: { findBay(number: string): unknown }
  readonly sessions: { get(id: string): Pick<DiagnosticSession, 'isOver' | 'state' | 'bay'> }
}

/** The faults that scenario files and `workbench.v1.control` can switch on. */
export class FaultRegistry<Subject extends FaultSubject = FaultSubject> {
  readonly #definitions: ReadonlyMap<string, FaultDefinition<Subject, unknown>>
  readonly #active = new Map<string, { fault: ActiveFault; revert: (() => void) | undefined }>()
  #subject: Subject | undefined

  constructor(definitions: readonly FaultDefinition<Subject, unknown>[]) {
    this.#definitions = new Map(definitions.map((definition) => [definition.kind, definition]))
  }

  /** What faults act on; set once when the engine is built. */
  attach(subject: Subject): void {
    this.#subject = subject
  }

  /** All kinds of faults. */
  get definitions(): readonly FaultDefinition<Subject, unknown>[] {
    return [...this.#definitions.values()]
  }

  /** Active faults, oldest first. */
  get active(): readonly ActiveFault[] {
    return [...this.#active.values()].map(({ fault }) => fault)
  }

  /** Why a fault cannot be set, and the field that is wrong; undefined when it can. `not-found` for an unknown session. */
  whyImpossible(
    kind: string,
    scope: FaultScope,
    rawParameters: Readonly<Record<string, string>>,
  ): { readonly field: 'kind' | 'connector' | 'parameters'; readonly message: string } | undefined {
    const definition = this.#definitions.get(kind)
    if (definition === undefined) {
      const known = [...this.#definitions.keys()].join(', ')
      return { field: 'kind', message: `unknown kind of fault "${kind}"; known are ${known}` }
    }
    const { connectorNumber } = scope
    if (connectorNumber !== '' && this.#subject?.workshop.findBay(connectorNumber) === undefined)
      return { field: 'connector', message: `fault ${kind}: no connector ${connectorNumber} in this workshop` }
    const parsed = definition.parameters.safeParse(rawParameters, { error: problemWords })
    if (parsed.success) {
      this.#assertSession(scope)
      const reason = this.#subject && definition.check?.(this.#subject, scope, parsed.data)
      return reason === undefined ? undefined : { field: 'parameters', message: `fault ${kind}: ${reason}` }
    }
    const reasons = parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '))
    return { field: 'parameters', message: `fault ${kind}: ${reasons.join('; ')}` }
  }

  /** Switches a fault on; `invalid-argument` names an unknown kind, parameter or connector, `not-found` an unknown session. */
  set(kind: string, scope: FaultScope, rawParameters: Readonly<Record<string, string>>): ActiveFault {
    const impossible = this.whyImpossible(kind, scope, rawParameters)
    const definition = this.#definitions.get(kind)
    const subject = this.#subject
    if (impossible !== undefined || definition === undefined || subject === undefined)
      throw invalidArgument(impossible?.message ?? `fault ${kind} cannot be set`)
    const parameters = definition.parameters.parse(rawParameters)
    const fault = { id: randomUUID(), kind, ...scope, parameters, rawParameters }
    this.#active.set(fault.id, { fault, revert: definition.apply?.(subject, fault) })
    return fault
  }

  /** Switches one fault off, or all with an empty id. */
  clear(id: string): void {
    if (id !== '' && !this.#active.has(id)) throw notFound('no fault with that id is in force')
    for (const [key, { revert }] of this.#active) {
      if (id !== '' && id !== key) continue
      this.#active.delete(key)
      revert?.()
    }
  }

  /** The newest fault of a kind that applies to `session`, or to a connector on which no session is open yet. */
  find<Parameters>(
    definition: FaultDefinition<Subject, Parameters>,
    session: DiagnosticSession | undefined,
    connectorNumber = session?.bay.number,
  ): ActiveFault<Parameters> | undefined {
    const found = this.active.findLast(
      (fault) => fault.kind === definition.kind && covers(fault, { sessionId: session?.id, connectorNumber }),
    )
    return found as ActiveFault<Parameters> | undefined
  }

  /** A fault needs an open session: the car of an ended session may already belong to the next one. */
  #assertSession({ connectorNumber, sessionId }: FaultScope): void {
    if (sessionId === '' || this.#subject === undefined) return
    const session = this.#subject.sessions.get(sessionId)
    if (session.isOver) throw failedPrecondition(`the session is ${session.state}: a fault applies to an open session`)
    if (connectorNumber !== '' && connectorNumber !== session.bay.number)
      throw invalidArgument(`the session is on connector ${session.bay.number}, not on ${connectorNumber}`)
  }
}
