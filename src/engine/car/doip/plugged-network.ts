import type { Clock } from '../../../server/clock/clock.ts'
import type { DoipDescription } from '../file/doip-schema.ts'
import type { DoipGateway } from './gateway.ts'
import type { DoipNetwork } from './tester-link.ts'

/** DoIP settings of a connector. */
export interface DoipWiring {
  readonly pins: readonly number[]
  readonly network: DoipDescription['network'] | undefined
}

/** Whether a connector with these settings reaches the gateway of a car. */
export function fitsGateway({ pins, network }: DoipWiring, gateway: DoipDescription): boolean {
  return network === gateway.network && gateway.pins.every((pin, index) => pin === pins[index])
}

/**
 * The network between a connector and the gateway of the car: messages arrive in order, after the current work is
 * done, and not at all while `isConnected` is false. Without a gateway nothing ever arrives.
 */
export function pluggedNetwork(
  gateway: DoipGateway | undefined,
  clock: Clock,
  isConnected: () => boolean,
): DoipNetwork {
  const later = (run: () => void) => clock.soon(() => isConnected() && run())
  return {
    ask: (datagram, answered) =>
      later(() => {
        const answer = gateway?.datagramReceived(datagram)
        if (answer) later(() => answered(answer))
      }),
    connect: (peer) => {
      if (!gateway) return { received: () => undefined, closed: () => undefined }
      const connection = gateway.accept({
        send: (bytes) => later(() => peer.send(bytes)),
        close: () => clock.soon(() => peer.close()),
      })
      return {
        received: (bytes) => later(() => connection.received(bytes)),
        closed: () => connection.closed(),
      }
    },
  }
}
