import type { DoipChannel__Output } from '../../openobd/generated/types/openOBD/v1/DoipChannel.ts'
import type { Clock } from '../../server/clock/clock.ts'
import { type DoipNetwork, DoipTesterLink } from '../car/doip/tester-link.ts'

/** A channel that uses a connection to a gateway. */
export interface DoipLinkUser {
  payloadReceived(payload: Uint8Array): void
  transferFailed(reason: string): void
}

/** Group addresses of ISO 13400-2: requests to several ECUs at once. */
const isGroup = (address: number) => address >= 0xe000 && address <= 0xefff

interface Membership {
  readonly key: string
  readonly ecu: number
  /** Service of the newest request; it identifies answers to a group. */
  service: number | undefined
}

/** The connections of one configured DoIP bus. A gateway accepts a tester address only once, so channels share a connection. */
export class DoipLinks {
  readonly #network: DoipNetwork
  readonly #clock: Clock
  readonly #links = new Map<string, DoipTesterLink>()
  readonly #members = new Map<DoipLinkUser, Membership>()

  constructor(network: DoipNetwork, clock: Clock) {
    this.#network = network
    this.#clock = clock
  }

  /** Adds a channel, and connects if it is the first with these addresses. */
  join(channel: DoipChannel__Output, user: DoipLinkUser): void {
    const key = `${channel.gateway_id} ${channel.tester_id}`
    this.#members.set(user, { key, ecu: channel.ecu_id, service: undefined })
    const link = this.#links.get(key) ?? this.#link(key, channel)
    this.#links.set(key, link)
    link.open()
  }

  /** Removes a channel; the last one closes the connection. */
  leave(user: DoipLinkUser): void {
    const key = this.#members.get(user)?.key
    this.#members.delete(user)
    if (key === undefined || [...this.#members.values()].some((other) => other.key === key)) return
    this.#links.get(key)?.close()
    this.#links.delete(key)
  }

  send(user: DoipLinkUser, payload: Uint8Array): void {
    const member = this.#members.get(user)
    if (!member) return
    member.service = payload[0]
    this.#links.get(member.key)?.send(member.ecu, payload)
  }

  /** Closes every connection. */
  dispose(): void {
    for (const link of this.#links.values()) link.close()
    this.#links.clear()
    this.#members.clear()
  }

  #link(key: string, { gateway_id, tester_id }: DoipChannel__Output): DoipTesterLink {
    const users = () => [...this.#members].filter(([, member]) => member.key === key)
    return new DoipTesterLink({ gateway: gateway_id, tester: tester_id }, this.#network, this.#clock, {
      payloadReceived: (ecu, payload) => {
        for (const [user, member] of users()) if (isFor(member, ecu, payload)) user.payloadReceived(payload)
      },
      failed: (reason) => {
        for (const [user] of users()) user.transferFailed(reason)
      },
    })
  }
}

function isFor({ ecu, service }: Membership, from: number, payload: Uint8Array): boolean {
  if (!isGroup(ecu)) return ecu === from
  if (service === undefined) return false
  return payload[0] === service + 0x40 || (payload[0] === 0x7f && payload[1] === service)
}
