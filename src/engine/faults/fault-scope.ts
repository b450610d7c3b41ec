import type { Engine } from '../engine.ts'
import type { DiagnosticSession } from '../session/diagnostic-session.ts'
import type { VehicleBay } from '../workshop/vehicle-bay.ts'

/** Scope of a fault; empty strings mean everything. Both fields together mean the session on that connector. */
export interface FaultScope {
  readonly connectorNumber: string
  readonly sessionId: string
}

/** Whether a scope contains a place; `sessionId` is undefined where no session is open. */
export function covers(
  scope: FaultScope,
  {
    connectorNumber,
    sessionId,
  }: { readonly connectorNumber: string | undefined; readonly sessionId: string | undefined },
): boolean {
  const isSession = scope.sessionId === '' || scope.sessionId === sessionId
  return isSession && (scope.connectorNumber === '' || scope.connectorNumber === connectorNumber)
}

/** The open sessions in a scope. */
export function sessionsIn({ sessions }: Pick<Engine, 'sessions'>, scope: FaultScope): readonly DiagnosticSession[] {
  return sessions.open.filter(({ id, bay }) => covers(scope, { sessionId: id, connectorNumber: bay.number }))
}

/** The connectors in a scope, with their cars: that of a session only while the session is open. */
export function baysIn({ workshop }: Pick<Engine, 'workshop'>, scope: FaultScope): readonly VehicleBay[] {
  return workshop.bays.filter(({ number, session }) =>
    covers(scope, { sessionId: session?.id, connectorNumber: number }),
  )
}

/** Ends several disturbances at once. */
export function endingAll(ends: readonly (() => void)[]): () => void {
  return () => {
    for (const end of ends) end()
  }
}
