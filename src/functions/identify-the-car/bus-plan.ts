import { isDeepStrictEqual } from 'node:util'
import type { Ecu } from '../../openobd/wire/ecu.ts'
import { assertNever } from '../../shared/assert-never.ts'
import type { DiagnosticBus } from '../function-session.ts'

/** How many buses a session may have configured at a time (protocol.md §7). */
export const maximumBuses = 4

/** The bus that every car with CAN diagnostics has on its OBD socket. */
export const diagnosticCan: DiagnosticBus = {
  kind: 'can',
  name: 'can-6-14-500',
  can: { pinPlus: 6, pinMin: 14, protocol: 'isotp', bitRate: 500, transceiver: 'high' },
}

/** Buses that are configured together, and the ECUs (by index) that are read on them. */
export interface BusRound {
  readonly buses: DiagnosticBus[]
  readonly ecus: { readonly index: number; readonly ecu: Ecu; readonly busName: string }[]
}

/**
 * Distributes ECUs over as few rounds as their buses need. A round has at most four buses, uses no pin twice, and reads one ECU
 * per K-line, because each ECU there needs its own initialisation. The diagnostic CAN is always the first bus of the first
 * round.
 */
export function planBuses(ecus: readonly { readonly index: number; readonly ecu: Ecu }[]): BusRound[] {
  const rounds: BusRound[] = [{ buses: [diagnosticCan], ecus: [] }]
  for (const { index, ecu } of ecus) {
    const bus = busOf(ecu)
    const round = roundFor(rounds, bus)
    if (!round.buses.some((other) => isDeepStrictEqual(other, bus))) round.buses.push(bus)
    round.ecus.push({ index, ecu, busName: bus.name })
  }
  return rounds
}

function roundFor(rounds: BusRound[], bus: DiagnosticBus): BusRound {
  const having = rounds.find((round) => round.buses.some((other) => isDeepStrictEqual(other, bus)))
  if (having && bus.kind !== 'kline') return having
  const free = rounds.find(
    (round) => round.buses.length < maximumBuses && !round.buses.some((other) => sharesPin(other, bus)),
  )
  if (free) return free
  const added: BusRound = { buses: [], ecus: [] }
  rounds.push(added)
  return added
}

const sharesPin = (a: DiagnosticBus, b: DiagnosticBus) => pinsOf(a).some((pin) => pinsOf(b).includes(pin))

function pinsOf(bus: DiagnosticBus): readonly number[] {
  switch (bus.kind) {
    case 'can':
      return [bus.can.pinPlus, bus.can.pinMin]
    case 'kline':
      return [bus.kline.pin]
    case 'doip':
      return bus.doip.option === 1 ? [1, 9] : [3, 11]
    default:
      return assertNever(bus)
  }
}

/** The bus of an ECU. Its name is made of its settings, so that equal buses have equal names. */
function busOf(ecu: Ecu): DiagnosticBus {
  switch (ecu.kind) {
    case 'isotp':
    case 'tp20': {
      const can = { ...ecu.bus, protocol: ecu.kind, transceiver: ecu.bus.transceiver ?? 'high' }
      const kind = ecu.kind === 'tp20' ? 'tp20' : 'can'
      const speed = can.transceiver === 'low' ? '-low' : ''
      return { kind: 'can', name: `${kind}-${can.pinPlus}-${can.pinMin}-${can.bitRate}${speed}`, can }
    }
    case 'kline': {
      const { pin, initialisation, bitRate } = ecu.bus
      return { kind: 'kline', name: `kline-${pin}-${initialisation}-${bitRate}`, kline: ecu.bus }
    }
    case 'doip':
      return { kind: 'doip', name: `doip-${ecu.bus.option}-${ecu.bus.network}`, doip: ecu.bus }
    default:
      return assertNever(ecu)
  }
}
