import { randomUUID } from 'node:crypto'
import type { FunctionCall, FunctionCall__Output } from '../../openobd/generated/types/openOBD/v1/FunctionCall.ts'
import type { FunctionDetails__Output } from '../../openobd/generated/types/openOBD/v1/FunctionDetails.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import { openAccess } from '../../server/access.ts'
import { providerIdOf } from '../../server/broker/provider.ts'
import { failedPrecondition, invalidArgument, permissionDenied } from '../../server/refusal.ts'
import { bidi, defineService, unary } from '../../server/rpc/rpc.ts'
import type { Engine } from '../engine.ts'
import { choices, limits } from '../protocol-choices.ts'
import { authoriseClaim, brokerAccess } from '../session/access.ts'
import type { DiagnosticSession } from '../session/diagnostic-session.ts'
import { assertPartner, sessionInfo } from './session-controller.ts'

/** `openOBD.v1.functionBroker` (protocol.md §9): hosts offer functions, callers run them in their sessions. */
export const functionBrokerService = (engine: Engine) =>
  defineService(openObdV1.functionBroker.service, {
    getFunctionBrokerToken: unary(openAccess, (request) => {
      assertPartner(request, engine)
      const holder = { kind: 'partner', clientId: request.client_id } as const
      return { value: engine.vault.issue('broker', holder, limits.brokerTokenMs) }
    }),
    openFunctionStream: bidi(brokerAccess, (stream, { clientId }) => engine.broker.serve(stream, clientId)),
    runFunction: unary(brokerAccess, async (request, { clientId }, left) => ({
      type: 'FUNCTION_UPDATE_TYPE_RESPONSE',
      function_call: await engine.broker.call(
        { id: request.id, providerId: request.provider_id ?? '' },
        clientId,
        (details) => preparedCall(engine, request, details, clientId),
        left,
      ),
      response: 'FUNCTION_UPDATE_SUCCESS',
    })),
    getFunctionRegistration: unary(brokerAccess, (request, { clientId }) =>
      engine.broker.registration({ id: request.value, providerId: request.provider_id ?? '' }, clientId),
    ),
    generateFunctionSignature: unary(brokerAccess, () => ({
      id: randomUUID(),
      signature: 'signatures are no longer needed',
    })),
  })

/**
 * Checks that the host could claim the context and makes the call that it gets. The official client leaves the port out and
 * sends an outdated state (protocol.md §2.2), so the session info is built anew. The details of the function are
 * registered in its context; ALREADY_EXISTS when they are those of another function.
 */
function preparedCall(
  engine: Engine,
  { id, session_info: given }: FunctionCall__Output,
  details: FunctionDetails__Output,
  clientId: string,
): FunctionCall {
  if (given === null) throw invalidArgument('the session is missing')
  const { session, context } = authoriseClaim(given.authentication_token, engine.vault)
  if (!mayCall(session, clientId)) throw permissionDenied('the session belongs to another partner')
  if (given.id !== '' && given.id !== session.id) throw invalidArgument('the token is of another session')
  if (session.hasOpenChild(context)) throw failedPrecondition('a function context is open; it has to finish first')
  session.registerDetails(context, details)
  const providerId = details.provider_id ?? providerIdOf(clientId)
  session.handedTo.add(providerId)
  return {
    id,
    caller_id: providerIdOf(clientId),
    provider_id: providerId,
    session_info: {
      ...sessionInfo(engine, session),
      state: 'available',
      authentication_token: given.authentication_token,
    },
  }
}

/** Whether a partner may call functions in a session. */
const mayCall = ({ startedBy, handedTo }: DiagnosticSession, clientId: string): boolean =>
  startedBy === clientId || (choices.hostsMayCallFunctions && handedTo.has(providerIdOf(clientId)))
