import type { Clock } from '../../server/clock/clock.ts'
import { noBusLog } from './bus-log.ts'
import type { CanBus, CanNode, CanPort } from './can-bus.ts'
import type { CanFrame } from './can-frame.ts'
import type { DoipGateway } from './doip/gateway.ts'
import { type DoipWiring, fitsGateway, pluggedNetwork } from './doip/plugged-network.ts'
import type { DoipNetwork } from './doip/tester-link.ts'
import type { BusDescription } from './file/schema.ts'
import { KLine, type KlineNode, type KlinePort, pluggedPort } from './kline/line.ts'

/** How a tester is wired to the OBD socket. */
export interface TesterWiring {
  readonly pinPlus: number
  readonly pinMin: number
  /** Bits per second. */
  readonly bitRate: number
  readonly transceiver: 'high' | 'low'
}

/** What the pins of the socket lead to. */
export interface SocketWires {
  readonly clock: Clock
  readonly buses: readonly { readonly description: BusDescription; readonly can: CanBus }[]
  /** K-lines by the pin that they are on. */
  readonly lines: ReadonlyMap<number, KLine>
  readonly gateway: DoipGateway | undefined
  /** Whether there is enough voltage for anything to be heard. */
  isPowered(): boolean
}

/**
 * The OBD socket of a car: where testers are plugged in. A tester that is set for other pins, or otherwise than the car, gets a
 * port on which nothing ever happens. `isPlugged` is asked for everything that passes.
 */
export class ObdSocket {
  readonly #wires: SocketWires
  readonly #canPorts = new Set<CanPort>()
  #isBusOff = false

  constructor(wires: SocketWires) {
    this.#wires = wires
  }

  /** Connects a tester to the bus on these pins, with this bit rate and transceiver. */
  attachTester(wiring: TesterWiring, node: CanNode, isPlugged: () => boolean = () => true): CanPort {
    const bus = this.#wires.buses.find(({ description, can }) => fits(wiring, description, can.bitRate))
    if (!bus) return deadPort
    const isConnected = this.#connection(isPlugged)
    const port = bus.can.attach({
      name: node.name,
      isAudience: true,
      frameReceived: (frame: CanFrame) => {
        if (isConnected()) node.frameReceived(frame)
      },
    })
    this.#canPorts.add(port)
    port.setBusOff(this.#isBusOff)
    return {
      send: (frame, sent) => {
        if (isConnected()) port.send(frame, sent)
      },
      declareUse: port.declareUse,
      setBusOff: port.setBusOff,
      detach: () => {
        this.#canPorts.delete(port)
        port.detach()
      },
    }
  }

  /** Connects a tester to the DoIP pins; the make of the car counts too. */
  attachDoipTester(wiring: DoipWiring, isPlugged: () => boolean = () => true): DoipNetwork {
    const { gateway, clock } = this.#wires
    const reached = gateway && fitsGateway(wiring, gateway.description) ? gateway : undefined
    return pluggedNetwork(reached, clock, this.#connection(isPlugged))
  }

  /** Connects a tester to the K-line on a pin. */
  attachKlineTester(pin: number, node: KlineNode, isPlugged: () => boolean = () => true): KlinePort {
    const { lines, clock } = this.#wires
    return pluggedPort(lines.get(pin) ?? new KLine(clock, '', noBusLog), node, this.#connection(isPlugged))
  }

  /** Switches the CAN controllers of all testers off or on, also those of testers that connect later. */
  setBusOff(isBusOff: boolean): void {
    this.#isBusOff = isBusOff
    for (const port of this.#canPorts) port.setBusOff(isBusOff)
  }

  #connection(isPlugged: () => boolean): () => boolean {
    return () => isPlugged() && this.#wires.isPowered()
  }
}

function fits(wiring: TesterWiring, bus: BusDescription, bitRate: number): boolean {
  const [plus, minus] = bus.pins ?? []
  return (
    wiring.pinPlus === plus &&
    wiring.pinMin === minus &&
    Math.abs(wiring.bitRate - bitRate) < 1 &&
    wiring.transceiver === bus.transceiver
  )
}

const deadPort: CanPort = {
  send: () => undefined,
  declareUse: () => () => undefined,
  setBusOff: () => undefined,
  detach: () => undefined,
}
