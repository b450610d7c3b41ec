import { openObdV1 } from '../../openobd/protos.ts'
import { limits } from '../choices.ts'
import type { Engine } from '../engine.ts'
import { defineService, unary } from '../server/rpc.ts'
import { openAccess } from '../session/access.ts'
import { assertCredentials } from './session-controller.ts'

/** `openOBD.v1.functionBroker` (protocol.md §9): tokens only; everything about functions answers UNIMPLEMENTED. */
export const functionBrokerService = (engine: Engine) =>
  defineService(openObdV1.functionBroker.service, {
    getFunctionBrokerToken: unary(openAccess, (request) => {
      assertCredentials(request, engine.credentials)
      const holder = { kind: 'partner', clientId: request.client_id } as const
      return { value: engine.vault.issue('broker', holder, limits.brokerTokenMs) }
    }),
  })
