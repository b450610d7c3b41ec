import type { Authenticate__Output } from '../../openobd/generated/types/openOBD/v1/Authenticate.ts'
import { type TrustedEndpoint, trustSessionEndpoint } from '../../openobd/grpc/endpoint.ts'
import { openObdV1 } from '../../openobd/grpc/protos.ts'
import type { PartnerCredentials } from '../../openobd/session/session-controller.ts'
import type { TokenKind } from '../../openobd/token.ts'
import { failedPrecondition } from '../../server/refusal.ts'
import type { GatewayContext, GatewaySessions } from '../contexts.ts'
import type { MappedToken, TokenMap } from '../tokens.ts'
import {
  contextFields,
  credentialFields,
  editPlans,
  type FieldPlan,
  type MessagePlan,
  sessionInfoFields,
} from './edit-plans.ts'
import { flagOf, numberOf, textOf, type ValueEdit, withEdits, withField } from './fields.ts'

/** Whose call a message belongs to. */
export interface CallParty {
  readonly bearer: MappedToken | undefined
}

/** What the edits need to know. */
export interface WireEditsSetup {
  readonly tokens: TokenMap
  readonly sessions: GatewaySessions
  /** The endpoint of the server's controller. */
  readonly upstream: TrustedEndpoint
  /** Hosts that may serve sessions besides the controller's own. */
  readonly sessionHosts?: readonly string[]
  /** Credentials of the server; undefined while the account's secret is missing. */
  readonly upstreamCredentials: () => PartnerCredentials | undefined
  /** Throws a Refusal unless a client has given the credentials of this gateway. */
  readonly assertOwnClient: (request: Authenticate__Output) => void
  /** Address of the gateway itself. */
  readonly address: () => { readonly host: string; readonly port: number }
}

const { requestDeserialize } = openObdV1.sessionController.service.getSessionControllerToken
/** Session tokens do not go there (quality.md A60, A61). */
const foreignEndpoint = 'the server names an endpoint for the session that is not trusted'
/** States after which a session does not come back (protocol.md §2). */
const finalStates: ReadonlySet<string> = new Set(['finished', 'interrupted', 'failed'])

/**
 * Edits messages on their way: towards the server (`request`) near values become those of the server, towards the client
 * (`reply`) the other way round. Replies also tell which sessions and contexts there are.
 */
export class WireEdits {
  readonly #setup: WireEditsSetup

  constructor(setup: WireEditsSetup) {
    this.#setup = setup
  }

  /** A message of a client for the server. Throws a Refusal. */
  request(path: string, message: Buffer, party: CallParty): Buffer {
    const plan = editPlans[path]?.request
    return plan === undefined ? message : this.#edited(plan, message, party, 'far')
  }

  /** A message of the server for the client. Throws a Refusal. */
  reply(path: string, message: Buffer, party: CallParty): Buffer {
    const plan = editPlans[path]?.reply
    return plan === undefined ? message : this.#edited(plan, message, party, 'near')
  }

  /** A SessionInfo of the server as a client of the gateway may see it. */
  nearSessionInfo(info: Buffer): Buffer {
    return this.#nearSessionInfo(info, { bearer: undefined })
  }

  #edited(plan: FieldPlan, message: Buffer, party: CallParty, towards: 'near' | 'far'): Buffer {
    if (typeof plan === 'object') return withEdits(message, this.#valueEdits(plan, party, towards))
    switch (plan) {
      case 'credentials':
        return this.#farCredentials(message)
      case 'session-info':
        return towards === 'near' ? this.#nearSessionInfo(message, party) : this.#farSessionInfo(message)
      case 'started-context':
        return this.#startedContext(message, party)
      case 'monitored-context':
        return this.#monitoredContext(message, party)
      default: {
        const value = message.toString('utf8')
        return Buffer.from(towards === 'near' ? this.#nearToken(plan, value, party) : this.#farToken(value))
      }
    }
  }

  #valueEdits(plan: MessagePlan, party: CallParty, towards: 'near' | 'far'): Record<number, ValueEdit> {
    const edits = Object.entries(plan).map(([field, inner]: [string, FieldPlan]) => [
      field,
      (value: Buffer) => this.#edited(inner, value, party, towards),
    ])
    return Object.fromEntries(edits)
  }

  #nearToken(kind: TokenKind, far: string, { bearer }: CallParty): string {
    if (far === '') return ''
    const context = kind === 'controller' || kind === 'broker' ? undefined : bearer?.context
    const near = this.#setup.tokens.nearOf(kind, far, context)
    if (kind === 'session' && context !== undefined) {
      context.state = 'active'
      context.farToken = { kind, value: far }
      this.#dropOldTokens(context, kind)
    }
    return near
  }

  /** An unknown value becomes empty: nothing of the near side but mapped tokens reaches the server as a token. */
  #farToken(near: string): string {
    return this.#setup.tokens.find(near)?.far ?? ''
  }

  /**
   * Only the newest tokens of a kind can still be valid: a session token is valid for five minutes and replaced every two, and each
   * finish of a child brings a new authentication token for its parent, which is used once (protocol.md §1).
   */
  #dropOldTokens(context: GatewayContext, kind: TokenKind): void {
    const tokens = [...context.tokens].filter((token) => token.kind === kind)
    for (const token of tokens.slice(0, -keptTokens)) this.#setup.tokens.drop(token)
  }

  #farCredentials(message: Buffer): Buffer {
    this.#setup.assertOwnClient(requestDeserialize(message))
    const own = this.#setup.upstreamCredentials() ?? { clientId: '', clientSecret: '', clusterId: '' }
    const fields = credentialFields
    const named = withField(message, fields.clientId, own.clientId)
    return withField(withField(named, fields.clientSecret, own.clientSecret), fields.clusterId, own.clusterId)
  }

  #nearSessionInfo(info: Buffer, { bearer }: CallParty): Buffer {
    const fields = sessionInfoFields
    const id = textOf(info, fields.id)
    const far = textOf(info, fields.authenticationToken)
    const session = this.#setup.sessions.obtain(id, this.#trustedEndpoint(info))
    session.createdAt ||= textOf(info, fields.createdAt)
    if (bearer?.kind === 'controller' && far !== '' && session.root.state === 'available')
      session.root.farToken = { kind: 'authentication', value: far }
    const near =
      far === ''
        ? ''
        : (this.#setup.tokens.findFar(far)?.near ?? this.#setup.tokens.nearOf('authentication', far, session.root))
    const state = textOf(info, fields.state)
    if (finalStates.has(state)) {
      session.finalState = state
      this.#setup.sessions.end(session.root)
    }
    const { host, port } = this.#setup.address()
    const addressed = withField(withField(info, fields.endpoint, host), fields.port, port)
    return withField(addressed, fields.authenticationToken, near)
  }

  #trustedEndpoint(info: Buffer): TrustedEndpoint {
    const { upstream, sessionHosts } = this.#setup
    const sent = {
      grpcEndpoint: textOf(info, sessionInfoFields.endpoint),
      grpcPort: numberOf(info, sessionInfoFields.port),
    }
    const trusted = trustSessionEndpoint(upstream, sent, sessionHosts === undefined ? {} : { sessionHosts })
    if (!trusted.ok) throw failedPrecondition(foreignEndpoint)
    return trusted.value
  }

  #farSessionInfo(info: Buffer): Buffer {
    const fields = sessionInfoFields
    const mapped = this.#setup.tokens.find(textOf(info, fields.authenticationToken))
    const session = mapped?.context?.session ?? this.#setup.sessions.find(textOf(info, fields.id))
    const { host, port } = session?.endpoint ?? this.#setup.upstream
    const addressed = withField(withField(info, fields.endpoint, host), fields.port, port)
    return withField(addressed, fields.authenticationToken, mapped?.far ?? '')
  }

  #startedContext(message: Buffer, { bearer }: CallParty): Buffer {
    if (bearer?.context === undefined) return message
    const { tokens, sessions } = this.#setup
    const fields = contextFields
    const child = sessions.child(bearer.context, textOf(message, fields.id), 'started')
    return withEdits(message, {
      [fields.monitorToken]: (far) => Buffer.from(tokens.nearOf('monitor', far.toString('utf8'), child)),
      [fields.authenticationToken]: (far) => {
        child.farToken = { kind: 'authentication', value: far.toString('utf8') }
        return Buffer.from(tokens.nearOf('authentication', far.toString('utf8'), child))
      },
    })
  }

  #monitoredContext(message: Buffer, { bearer }: CallParty): Buffer {
    const child = bearer?.context
    if (child === undefined) return message
    const { tokens, sessions } = this.#setup
    const fields = contextFields
    const edited = withEdits(message, {
      [fields.monitorToken]: (far) =>
        far.length === 0 ? far : Buffer.from(tokens.nearOf('monitor', far.toString('utf8'), child)),
      [fields.authenticationToken]: (far) => {
        if (far.length === 0 || child.parent === undefined) return Buffer.alloc(0)
        child.parent.farToken = { kind: 'authentication', value: far.toString('utf8') }
        const near = tokens.nearOf('authentication', far.toString('utf8'), child.parent)
        this.#dropOldTokens(child.parent, 'authentication')
        return Buffer.from(near)
      },
    })
    if (flagOf(message, fields.isFinished)) sessions.end(child)
    return edited
  }
}

/** Tokens of a kind that a context keeps; a server may replace them more often than openOBD does. */
const keptTokens = 32
