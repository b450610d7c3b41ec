import type { Clock } from '../../../server/clock/clock.ts'
import type { CanBus } from '../can-bus.ts'
import { type DoipDescription, isTester } from '../file/doip-schema.ts'
import { anyVersion, encodeMessage } from './codec.ts'
import type { RouteTarget } from './ecu-route.ts'
import { GatewayConnection } from './gateway-connection.ts'
import { DoipMessageReader } from './message-reader.ts'
import { activationCode, type DoipMessage, headerNack } from './messages.ts'
import { Routes } from './routes.ts'

/** The far end of a connection: a TCP socket or a connector. */
export interface DoipPeer {
  send(bytes: Uint8Array): void
  /** Closes the connection after everything was sent. */
  close(): void
}

/** A connection, controlled by its far end. */
export interface DoipConnection {
  received(bytes: Uint8Array): void
  /** The far end has disconnected. */
  closed(): void
}

/** Dependencies of a gateway. */
export interface GatewaySurroundings {
  readonly clock: Clock
  readonly vin: string
  readonly targets: readonly { readonly target: RouteTarget; readonly bus: CanBus }[]
  /** Without power a gateway does not react. */
  isPowered(): boolean
}

/** The DoIP gateway of a car (ISO 13400-2): which tester may reach which ECU. It does not use sockets. */
export class DoipGateway {
  readonly description: DoipDescription
  readonly clock: Clock
  readonly routes: Routes
  readonly #vin: string
  readonly #isPowered: () => boolean
  readonly #connections = new Set<GatewayConnection>()

  constructor(description: DoipDescription, around: GatewaySurroundings) {
    this.description = description
    this.clock = around.clock
    this.#vin = around.vin
    this.#isPowered = around.isPowered
    this.routes = new Routes(around.targets, description.functional, around.clock)
  }

  get isPowered(): boolean {
    return this.#isPowered()
  }

  /** Testers whose routing is active, for entity status and tests. */
  get activeTesters(): number {
    return this.#registered().length
  }

  /** Connections of any kind that are open. */
  get openConnections(): number {
    return this.#connections.size
  }

  /** Takes a new connection. */
  accept(peer: DoipPeer): DoipConnection {
    const connection = new GatewayConnection(this, peer, () => this.#connections.delete(connection))
    this.#connections.add(connection)
    return connection
  }

  /** Answers a datagram: identification, entity status, power mode; undefined when there is no answer. */
  datagramReceived(bytes: Uint8Array): Uint8Array | undefined {
    if (!this.isPowered) return undefined
    const { versions, longestMessage } = this.description
    const reader = new DoipMessageReader({ versions: [...versions, anyVersion], longestPayload: longestMessage })
    const [reading] = reader.read(bytes)
    if (!reading) return undefined
    if (reading.kind === 'refused') return this.#encode({ type: 'headerNack', code: reading.nack })
    const answer = this.answerFor(reading.message)
    const isSpoken = versions.includes(reading.version)
    return answer && encodeMessage(answer, isSpoken ? reading.version : this.#version)
  }

  /** The answer to a message that needs no routing activation; undefined when there is none. */
  answerFor(message: DoipMessage): DoipMessage | undefined {
    const { eid, gid, gateway, sockets, longestMessage } = this.description
    switch (message.type) {
      case 'identificationRequestByEid':
        return message.eid === eid.toUpperCase() ? this.answerFor({ type: 'identificationRequest' }) : undefined
      case 'identificationRequestByVin':
        return message.vin === this.#vin ? this.answerFor({ type: 'identificationRequest' }) : undefined
      case 'identificationRequest':
        return { type: 'vehicleAnnouncement', vin: this.#vin, logicalAddress: gateway, eid, gid: gid ?? eid }
      case 'entityStatusRequest': {
        const openSockets = this.activeTesters
        return { type: 'entityStatusResponse', mostSockets: sockets, openSockets, longestMessage }
      }
      case 'powerModeRequest':
        return { type: 'powerModeResponse', isReady: true }
      case 'headerNack':
      case 'aliveCheckResponse':
        return undefined
      default:
        return { type: 'headerNack', code: headerNack.unknownType }
    }
  }

  /**
   * Decides about a request for routing activation. Testers that block it get an alive check first, so the
   * decision may come later.
   */
  decideActivation(applicant: GatewayConnection, source: number, type: number, decided: (code: number) => void): void {
    const code = this.#refusal(applicant, source, type)
    if (code !== undefined || applicant.source === source) {
      decided(code ?? activationCode.activated)
      return
    }
    const again = () => this.decideActivation(applicant, source, type, decided)
    const active = this.#registered()
    const holder = active.find((connection) => connection.source === source)
    if (holder) {
      holder.checkAlive((isAlive) => (isAlive ? decided(activationCode.sourceInUse) : again()))
    } else if (active.length >= this.description.sockets) {
      this.#makeRoom(active, (hasRoom) => (hasRoom ? again() : decided(activationCode.noFreeSocket)))
    } else decided(activationCode.activated)
  }

  /** Closes every connection. */
  dispose(): void {
    for (const connection of [...this.#connections]) connection.close()
    this.routes.dispose()
  }

  get #version(): number {
    return this.description.versions[0] ?? 2
  }

  #encode(message: DoipMessage): Uint8Array {
    return encodeMessage(message, this.#version)
  }

  #registered(): readonly GatewayConnection[] {
    return [...this.#connections].filter(({ source }) => source !== undefined)
  }

  #refusal(applicant: GatewayConnection, source: number, type: number): number | undefined {
    if (!isTester(this.description, source)) return activationCode.unknownSource
    if (!this.description.activationTypes.includes(type)) return activationCode.unsupportedType
    const isOther = applicant.source !== undefined && applicant.source !== source
    return isOther ? activationCode.otherSourceOnSocket : undefined
  }

  #makeRoom(active: readonly GatewayConnection[], done: (hasRoom: boolean) => void) {
    let asked = active.length
    let hasRoom = false
    for (const connection of active) {
      connection.checkAlive((isAlive) => {
        asked -= 1
        if (!isAlive) hasRoom = true
        if (asked === 0) done(hasRoom)
      })
    }
  }
}
