import { z } from 'zod'
import { unavailable } from '../../server/refusal.ts'
import type { Engine } from '../engine.ts'
import type { BayDisturbance } from '../workshop/vehicle-bay.ts'
import { defineFault, noParameters, wholeNumber } from './define-fault.ts'
import { baysIn, endingAll, type FaultScope, sessionsIn } from './fault-scope.ts'

function disturb(engine: Engine, scope: FaultScope, disturbance: BayDisturbance): () => void {
  return endingAll(baysIn(engine, scope).map((bay) => bay.disturb(disturbance)))
}

/** Breaks the open token streams once; the sessions go on. */
export const tokenStreamCut = defineFault({
  kind: 'token-stream-cut',
  description: 'Breaks every open session token stream once; reopening it works.',
  parameters: noParameters,
  apply: (engine, fault) => {
    for (const session of sessionsIn(engine, fault))
      for (const context of session.contexts)
        for (const stream of [...context.streams])
          if (stream.path.endsWith('/openSessionTokenStream')) stream.end(unavailable('the token stream was cut'))
    return undefined
  },
})

/** Refuses new token streams while it is active. */
export const tokenStreamRefused = defineFault({
  kind: 'token-stream-refused',
  description: 'Session token streams cannot be opened.',
  parameters: noParameters,
})

/** Sends no new session token while it is active; streams stay open and silent. */
export const tokensSilent = defineFault({
  kind: 'tokens-silent',
  description: 'Session token streams stay open but bring no new token.',
  parameters: noParameters,
})

/** Invalidates every session token issued so far, once. */
export const tokensExpire = defineFault({
  kind: 'tokens-expire',
  description: 'Every session token issued so far is refused from now on.',
  parameters: noParameters,
  apply: (engine, fault) => {
    for (const session of sessionsIn(engine, fault)) session.expireSessionTokens()
    return undefined
  },
})

/** Takes connectors offline. */
export const connectorOffline = defineFault({
  kind: 'connector-offline',
  description: 'The connector has no internet: no new session, link reported as disconnected.',
  parameters: noParameters,
  apply: (engine, fault) => disturb(engine, fault, { isOffline: true }),
})

/** Changes the round trips of links. */
export const latency = defineFault({
  kind: 'latency',
  description: 'Sets the round trips of the link; above 500 ms it counts as unhealthy after a while.',
  parameters: z.strictObject({ baseMs: wholeNumber(0, 60_000), jitterMs: wholeNumber(0, 60_000).default(0) }),
  apply: (engine, fault) => disturb(engine, fault, { latency: fault.parameters }),
})

/** The ECU detection of the connector never finishes. */
export const ecuListNotReady = defineFault({
  kind: 'ecu-list-not-ready',
  description: 'ECU detection continues while the fault is active.',
  parameters: noParameters,
  apply: (engine, fault) => disturb(engine, fault, { isDetectionPaused: true }),
})

/** No session can be started. */
export const noFreeResources = defineFault({
  kind: 'no-free-resources',
  description: 'The platform is scaling out: no session can be started.',
  parameters: noParameters,
})

/** Somebody else holds the connection. */
export const resourceInUse = defineFault({
  kind: 'resource-in-use',
  description: 'A foreign session, which cannot be seen or interrupted here, uses the connection.',
  parameters: noParameters,
})

/** Forgets sessions as a restarted server would. */
export const sessionLost = defineFault({
  kind: 'session-lost',
  description: 'The server loses the session: its streams break, its id and tokens are unknown.',
  parameters: noParameters,
  apply: (engine, fault) => {
    for (const session of sessionsIn(engine, fault)) engine.sessions.lose(session, unavailable('the server restarted'))
    return undefined
  },
})

/** The whole server restarts. */
export const serverRestart = defineFault({
  kind: 'server-restart',
  description: 'The server restarts, once: all sessions and tokens are unknown, all streams and connections break.',
  parameters: noParameters,
  apply: (engine) => {
    const failure = unavailable('the server restarted')
    for (const session of engine.sessions.retrievable) engine.sessions.lose(session, failure)
    engine.broker.cut(failure)
    engine.vault.revokeAll(() => true)
    engine.connections.breakOff(failure)
    return undefined
  },
})

/** An operator interrupts sessions. */
export const interruptedByOperator = defineFault({
  kind: 'interrupted-by-operator',
  description: 'An operator interrupts the session.',
  parameters: noParameters,
  apply: (engine, fault) => {
    for (const session of sessionsIn(engine, fault)) session.end('interrupted', 'interrupted by the operator')
    return undefined
  },
})

/** The connector is pulled out of the OBD socket. */
export const connectorUnplugged = defineFault({
  kind: 'connector-unplugged',
  description: 'The connector is not in the OBD socket.',
  parameters: noParameters,
  apply: (engine, fault) => disturb(engine, fault, { isUnplugged: true }),
})
