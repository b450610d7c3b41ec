import type { Authenticate__Output } from '../../openobd/generated/types/openOBD/v1/Authenticate.ts'
import type { SessionInfo } from '../../openobd/generated/types/openOBD/v1/SessionInfo.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { openAccess } from '../../server/access.ts'
import { assertCredentials } from '../../server/credentials.ts'
import { unavailable } from '../../server/refusal.ts'
import { defineService, unary } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { noFreeResources, resourceInUse } from '../faults/session-faults.ts'
import { choices, limits } from '../protocol-choices.ts'
import { controllerAccess } from '../session/access.ts'
import type { DiagnosticSession } from '../session/diagnostic-session.ts'
import type { VehicleBay } from '../workshop/vehicle-bay.ts'

/** `openOBD.v1.sessionController` (protocol.md §4). */
export const sessionControllerService = (engine: Engine) =>
  defineService(openObdV1.sessionController.service, {
    getSessionControllerToken: unary(openAccess, (request) => {
      assertPartner(request, engine)
      const holder = { kind: 'partner', clientId: request.client_id } as const
      return { value: engine.vault.issue('controller', holder, limits.controllerTokenMs) }
    }),
    startSessionOnTicket: unary(controllerAccess, (request, { clientId }) => {
      assertStartable(engine, engine.workshop.findTicket(request.value)?.bay)
      return startedInfo(engine, engine.sessions.startOnTicket(request.value, clientId))
    }),
    startSessionOnConnector: unary(controllerAccess, (request, { clientId }) => {
      assertStartable(engine, engine.workshop.findBay(request.value))
      return startedInfo(engine, engine.sessions.startOnConnector(request.value, clientId))
    }),
    getSession: unary(controllerAccess, (request, { clientId }) =>
      sessionInfo(engine, engine.sessions.getOwn(request.value, clientId)),
    ),
    interruptSession: unary(controllerAccess, (request, { clientId }) =>
      sessionInfo(engine, engine.sessions.interrupt(request.value, clientId)),
    ),
    getSessionList: unary(controllerAccess, (_request, { clientId }) => ({
      sessions: engine.sessions.retrievable
        .filter((session) => session.startedBy === clientId)
        .map((session) => sessionInfo(engine, session)),
    })),
  })

/** Refuses credentials that are not those of a partner of the workshop. */
export const assertPartner = (request: Authenticate__Output, { credentials, otherPartners }: Engine): void =>
  assertCredentials(request, [credentials, ...otherPartners], credentials.clusterId)

function assertStartable(engine: Engine, bay: VehicleBay | undefined): void {
  if (engine.faults.find(noFreeResources, undefined, bay?.number) !== undefined)
    throw unavailable('no free resources, try again in two minutes')
  if (bay !== undefined && engine.faults.find(resourceInUse, undefined, bay.number) !== undefined)
    throw unavailable('resource already in use')
}

/** Builds the SessionInfo of a session. The port is always set: without it the official client uses TLS on 443. */
export function sessionInfo(engine: Engine, session: DiagnosticSession): SessionInfo {
  return {
    id: session.id,
    state: session.state,
    created_at: new Date(session.createdAt).toISOString().replace('Z', '+0000'),
    grpc_endpoint: engine.endpoint.host,
    grpc_port: engine.endpoint.port,
    authentication_token: choices.repeatsAuthenticationToken ? (session.root.authenticationToken ?? '') : '',
  }
}

const startedInfo = (engine: Engine, session: DiagnosticSession): SessionInfo => ({
  ...sessionInfo(engine, session),
  authentication_token: session.root.authenticationToken ?? '',
})
