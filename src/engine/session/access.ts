import type { Access } from '../../server/access.ts'
import { unauthenticated } from '../../server/refusal.ts'
import type { TokenKind, TokenVault } from '../../server/tokens.ts'
import type { DiagnosticSession, TokenHolder } from './diagnostic-session.ts'
import type { FunctionContext } from './function-context.ts'
import { assertAllowed, type ContextRule } from './state-table.ts'

/** Access rule of a call to the engine. */
type EngineAccess<Call> = Access<Call, TokenVault<TokenHolder>>

/** A call made by a partner: sessionController, functionBroker and workbench services. */
export interface PartnerCall {
  readonly clientId: string
}

/** A call made inside a session: the session and the context that the token speaks for. */
export interface ContextCall {
  readonly session: DiagnosticSession
  readonly context: FunctionContext
}

/** A call that monitors a context. Not a {@link ContextCall}: its stream outlives the context by one message. */
export interface MonitorCall {
  readonly session: DiagnosticSession
  readonly monitored: FunctionContext
}

/** A session controller token. */
export const controllerAccess: EngineAccess<PartnerCall> = partnerAccess('controller')

/** A function broker token. */
export const brokerAccess: EngineAccess<PartnerCall> = partnerAccess('broker')

/** A session token in an active context: used by most rpcs. */
export const activeAccess: EngineAccess<ContextCall> = contextAccess('active')

/** The authentication token of an unclaimed context. */
export const availableAccess: EngineAccess<ContextCall> = contextAccess('available')

/** A session token, or an authentication token before it is spent. */
export const anyContextAccess: EngineAccess<ContextCall> = contextAccess('any')

/** A monitor token; the context and even the session may have ended meanwhile (protocol.md §2.2). */
export const monitorAccess: EngineAccess<MonitorCall> = {
  authorise(bearer, vault) {
    const { session, context } = contextOf(vault.demand(bearer, ['monitor']).holder)
    return { session, monitored: context }
  },
}

/** The holder of an authentication token from a message; refused as `authenticate` would refuse it. */
export function authoriseClaim(token: string, vault: TokenVault<TokenHolder>): ContextCall {
  return authoriseContext(token === '' ? undefined : token, 'available', vault)
}

function partnerAccess(kind: TokenKind): EngineAccess<PartnerCall> {
  return {
    authorise(bearer, vault) {
      const { holder } = vault.demand(bearer, [kind])
      if (holder.kind !== 'partner') throw unauthenticated('the token does not belong to a partner')
      return { clientId: holder.clientId }
    },
  }
}

function contextAccess(rule: ContextRule): EngineAccess<ContextCall> {
  return { authorise: (bearer, vault) => authoriseContext(bearer, rule, vault) }
}

function authoriseContext(token: string | undefined, rule: ContextRule, vault: TokenVault<TokenHolder>): ContextCall {
  const record = vault.demand(token, ['session', 'authentication'])
  const call = contextOf(record.holder)
  call.session.assertOpen()
  assertAllowed(call.context.state, record.isSpent ? 'available' : rule)
  return call
}

function contextOf(holder: TokenHolder): ContextCall {
  if (holder.kind !== 'context') throw unauthenticated('the token does not belong to a session')
  return { session: holder.session, context: holder.context }
}
