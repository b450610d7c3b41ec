import type { DoipChannel__Output } from '../../openobd/generated/types/openOBD/v1/DoipChannel.ts'
import { invalidArgument } from '../../server/refusal.ts'
import type { ChannelKind, TransferFailed } from './channel-kind.ts'
import { doipMismatch } from './channel-mismatch.ts'
import type { DoipLinks, DoipLinkUser } from './doip-links.ts'
import { SharedChannel } from './shared-channel.ts'
import type { TesterBus } from './tester-bus.ts'

/** What makes two DoIP channels the same conversation. */
function doipChannelKey({ bus_name, gateway_id, tester_id, ecu_id }: DoipChannel__Output): string {
  return `doip ${gateway_id} ${tester_id} ${ecu_id} ${bus_name}`
}

/** Throws `invalid-argument` unless the three addresses exist in DoIP. */
function assertDoipChannelPossible(channel: DoipChannel__Output): void {
  for (const field of ['gateway_id', 'tester_id', 'ecu_id'] as const) {
    if (channel[field] > 0xffff) throw invalidArgument(`${field} is a logical address: at most 0xFFFF`)
  }
}

/** One conversation of a session with one ECU behind a DoIP gateway. */
class TesterDoipChannel extends SharedChannel<DoipChannel__Output> implements DoipLinkUser {
  readonly #transferFailed: TransferFailed
  #links: DoipLinks | undefined

  constructor(key: string, bus: TesterBus, transferFailed: TransferFailed) {
    super(key, bus)
    this.#transferFailed = transferFailed
  }

  get isOpen(): boolean {
    return this.#links !== undefined
  }

  get wire() {
    const channel = this.description
    return channel && { doip_channel: channel }
  }

  assertFits(bus: TesterBus): void {
    bus.assertDoip()
  }

  /** Joins the connection to the gateway; the first channel finds the gateway and activates routing. */
  open(): void {
    const channel = this.description
    if (!channel || this.#links) return
    this.#links = this.bus.assertDoip()
    this.#links.join(channel, this)
  }

  close(): void {
    this.#links?.leave(this)
    this.#links = undefined
  }

  send(payload: Uint8Array): undefined {
    this.#links?.send(this, payload)
  }

  payloadReceived(payload: Uint8Array): void {
    this.deliver(payload)
  }

  transferFailed(reason: string): void {
    const channel = this.description
    if (channel) this.#transferFailed(channel, 'sending', reason)
  }
}

/** Channels of DoIP. */
export const doipKind: ChannelKind<DoipChannel__Output> = {
  key: doipChannelKey,
  check: assertDoipChannelPossible,
  mismatch: doipMismatch,
  make: (key, bus, { transferFailed }) => new TesterDoipChannel(key, bus, transferFailed),
}
