import { unauthenticated } from '../refusal.ts'
import type { DiagnosticSession, TokenHolder } from './diagnostic-session.ts'
import type { FunctionContext } from './function-context.ts'
import { assertAllowed, type ContextRule } from './state-table.ts'
import type { TokenKind, TokenRecord, TokenVault } from './tokens.ts'

/** Access rule of a call: returns what the call knows of its caller, or throws a Refusal. */
export interface Access<Call> {
  authorise(bearer: string | undefined, vault: TokenVault<TokenHolder>): Call
}

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

/** No token needed. */
export const openAccess: Access<undefined> = { authorise: () => undefined }

/** A session controller token. */
export const controllerAccess: Access<PartnerCall> = partnerAccess('controller')

/** A function broker token. */
export const brokerAccess: Access<PartnerCall> = partnerAccess('broker')

/** A session token in an active context: used by most rpcs. */
export const activeAccess: Access<ContextCall> = contextAccess('active')

/** The authentication token of an unclaimed context. */
export const availableAccess: Access<ContextCall> = contextAccess('available')

/** A session token, or an authentication token before it is spent. */
export const anyContextAccess: Access<ContextCall> = contextAccess('any')

/** A monitor token; the context and even the session may have ended meanwhile (protocol.md §2.2). */
export const monitorAccess: Access<MonitorCall> = {
  authorise(bearer, vault) {
    const { session, context } = contextOf(recordOf(bearer, vault, ['monitor']).holder)
    return { session, monitored: context }
  },
}

/** The holder of an authentication token from a message; refused as `authenticate` would refuse it. */
export function authoriseClaim(token: string, vault: TokenVault<TokenHolder>): ContextCall {
  return authoriseContext(token === '' ? undefined : token, 'available', vault)
}

function partnerAccess(kind: TokenKind): Access<PartnerCall> {
  return {
    authorise(bearer, vault) {
      const { holder } = recordOf(bearer, vault, [kind])
      if (holder.kind !== 'partner') throw unauthenticated('the token does not belong to a partner')
      return { clientId: holder.clientId }
    },
  }
}

function contextAccess(rule: ContextRule): Access<ContextCall> {
  return { authorise: (bearer, vault) => authoriseContext(bearer, rule, vault) }
}

function authoriseContext(token: string | undefined, rule: ContextRule, vault: TokenVault<TokenHolder>): ContextCall {
  const record = recordOf(token, vault, ['session', 'authentication'])
  const call = contextOf(record.holder)
  call.session.assertOpen()
  assertAllowed(call.context.state, record.isSpent ? 'available' : rule)
  return call
}

function contextOf(holder: TokenHolder): ContextCall {
  if (holder.kind !== 'context') throw unauthenticated('the token does not belong to a session')
  return { session: holder.session, context: holder.context }
}

function recordOf(
  token: string | undefined,
  vault: TokenVault<TokenHolder>,
  kinds: readonly TokenKind[],
): TokenRecord<TokenHolder> {
  if (token === undefined) throw unauthenticated('a bearer token is needed')
  const record = vault.find(token)
  if (record === undefined) throw unauthenticated('the token is unknown or has expired')
  if (!kinds.includes(record.kind))
    throw unauthenticated(`this call needs a ${kinds[0]} token, not a ${record.kind} token`)
  return record
}
