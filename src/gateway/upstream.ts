import { status } from '@grpc/grpc-js'
import type { Clock } from '../openobd/clock.ts'
import type { TrustedEndpoint } from '../openobd/grpc/endpoint.ts'
import type { Channel } from '../openobd/grpc/grpc-channel.ts'
import { type Network, systemNetwork } from '../openobd/grpc/network.ts'
import { openObdV1, workbenchV1 } from '../openobd/grpc/protos.ts'
import type { Route } from '../openobd/grpc/route.ts'
import { type PartnerCredentials, SessionController } from '../openobd/session/session-controller.ts'
import { tokenFromWire } from '../openobd/token.ts'
import type { GatewayContext, GatewaySession } from './contexts.ts'
import { callMethod } from './unary-call.ts'

/** The server behind the gateway. */
export interface UpstreamSetup {
  readonly endpoint: TrustedEndpoint
  /** Credentials of the server; undefined while the account's secret is missing. */
  readonly credentials: () => PartnerCredentials | undefined
  /** Proxy, certificates and authorities, the same as main uses. */
  readonly route?: Route
  readonly sessionHosts?: readonly string[]
  readonly clock: Clock
  readonly network?: Network
}

/** Whether a session token speaks for an active context; otherwise the status with which the server would refuse it. */
export type BearerState =
  | { readonly isActive: true }
  | { readonly isActive: false; readonly code: status; readonly details: string }

/**
 * Connections to the server: one for the controller and one per session, because a client that cancels thousands of streams can
 * take down a connection for everybody on it.
 */
export class Upstream {
  readonly #setup: UpstreamSetup
  readonly #connections = new Map<GatewaySession, Channel>()
  readonly controller: SessionController
  #hasViewer: boolean | undefined

  constructor(setup: UpstreamSetup) {
    this.#setup = setup
    this.controller = new SessionController(this.#open(setup.endpoint), setup.credentials, setup.clock)
  }

  get endpoint(): TrustedEndpoint {
    return this.#setup.endpoint
  }

  /** The connection for calls of a session; of the controller without one. */
  connection(session: GatewaySession | undefined): Channel {
    if (session === undefined) return this.controller.grpcChannel
    const open = this.#connections.get(session) ?? this.#open(session.endpoint)
    this.#connections.set(session, open)
    return open
  }

  /** Closes the connection of a session. */
  forget(session: GatewaySession): void {
    this.#connections.get(session)?.close()
    this.#connections.delete(session)
  }

  /** Whether the server shows prompts of its sessions itself (workbench.v1.viewer). Asked until there is a clear answer; until then: no. */
  async hasViewer(): Promise<boolean> {
    if (this.#hasViewer !== undefined) return this.#hasViewer
    const outcome = await this.controller.call(workbenchV1.viewer.service.getSessionRecord, { session_id: '' })
    if (outcome.ok || outcome.failure.code === 'not-found') this.#hasViewer = true
    else if (outcome.failure.code === 'not-supported-by-server') this.#hasViewer = false
    return this.#hasViewer ?? false
  }

  /**
   * What the server says about a session token. `assertAuthenticationPossible` changes nothing and is refused for an active context
   * with PERMISSION_DENIED (protocol.md §2.1, §3), which tells an active context from an available and an ended one.
   */
  async stateOf({ session, stopped }: GatewayContext, farToken: string): Promise<BearerState> {
    const token = tokenFromWire('session', farToken)
    if (token === undefined) return { isActive: false, code: status.UNAUTHENTICATED, details: 'the token is unknown' }
    const method = openObdV1.session.service.assertAuthenticationPossible
    const { code, details } = await callMethod({ ...this.#line(session), stopped }, method, {}, token)
    if (code === status.PERMISSION_DENIED || code === status.UNIMPLEMENTED) return { isActive: true }
    if (code !== status.OK) return { isActive: false, code, details }
    return { isActive: false, code: status.PERMISSION_DENIED, details: 'only authenticate() is allowed now' }
  }

  /** A function broker token of the server; undefined when there is none now. */
  async brokerToken(): Promise<string | undefined> {
    const own = this.#setup.credentials()
    if (own === undefined) return undefined
    const request = { client_id: own.clientId, client_secret: own.clientSecret, cluster_id: own.clusterId }
    const method = openObdV1.functionBroker.service.getFunctionBrokerToken
    const { reply } = await callMethod(this.#line(undefined), method, request, undefined)
    return reply && method.responseDeserialize(reply).value
  }

  /** Closes every connection. */
  close(): void {
    for (const channel of this.#connections.values()) channel.close()
    this.#connections.clear()
    this.controller.grpcChannel.close()
  }

  #line(session: GatewaySession | undefined) {
    return { channel: this.connection(session), clock: this.#setup.clock }
  }

  #open(endpoint: TrustedEndpoint): Channel {
    const { network = systemNetwork, route } = this.#setup
    return network.open(endpoint, route)
  }
}
