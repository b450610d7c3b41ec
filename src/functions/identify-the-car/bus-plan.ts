import type { DetectedEcu, IsotpBus } from '../function-session.ts'

/** How many buses a session may have configured at a time (protocol.md §7). */
export const maximumBuses = 4

/** The bus that every car with CAN diagnostics has on its OBD socket. */
export const diagnosticCan: IsotpBus = {
  name: 'can-6-14-500',
  pinPlus: 6,
  pinMinus: 14,
  bitRate: 500,
  transceiver: 'high',
}

/** A detected ECU that can be read over ISO-TP. */
export type IsotpEcu = Extract<DetectedEcu, { transport: 'isotp' }>

const sameWires = (a: IsotpBus, b: IsotpBus) =>
  a.pinPlus === b.pinPlus && a.pinMinus === b.pinMinus && a.bitRate === b.bitRate && a.transceiver === b.transceiver

const sharesPin = (a: IsotpBus, b: IsotpBus) =>
  [a.pinPlus, a.pinMinus].some((pin) => pin === b.pinPlus || pin === b.pinMinus)

/** Buses that are configured together, and the ECUs (by their place in the list) that are read meanwhile. */
export interface BusRound {
  readonly buses: IsotpBus[]
  readonly ecus: { readonly index: number; readonly ecu: IsotpEcu; readonly busName: string }[]
}

/**
 * Spreads ECUs over as few rounds as their buses need: at most four buses at a time, no pin used twice.
 * The diagnostic CAN is always the first bus of the first round.
 */
export function planBuses(ecus: readonly { readonly index: number; readonly ecu: IsotpEcu }[]): BusRound[] {
  const rounds: BusRound[] = [{ buses: [diagnosticCan], ecus: [] }]
  for (const { index, ecu } of ecus) {
    const round = roundFor(rounds, ecu.bus)
    const known = round.buses.find((bus) => sameWires(bus, ecu.bus))
    const bus = known ?? { ...ecu.bus, name: nameOf(ecu.bus) }
    if (!known) round.buses.push(bus)
    round.ecus.push({ index, ecu, busName: bus.name })
  }
  return rounds
}

function roundFor(rounds: BusRound[], bus: IsotpBus): BusRound {
  const having = rounds.find((round) => round.buses.some((other) => sameWires(other, bus)))
  if (having) return having
  const free = rounds.find(
    (round) => round.buses.length < maximumBuses && !round.buses.some((other) => sharesPin(other, bus)),
  )
  if (free) return free
  const added: BusRound = { buses: [], ecus: [] }
  rounds.push(added)
  return added
}

const nameOf = (bus: IsotpBus) =>
  `can-${bus.pinPlus}-${bus.pinMinus}-${bus.bitRate}${bus.transceiver === 'low' ? '-low' : ''}`
