import { ManualClock } from '../../../../server/clock/manual-clock.ts'
import { BusLogRing } from '../../bus-log.ts'
import { type BusTiming, CanBus, type CanPort } from '../../can-bus.ts'
import { IsotpEndpoint } from '../endpoint.ts'
import { type IsotpFailure, type IsotpOptions, isotpDefaults } from '../options.ts'

/** One side of a tested conversation with its recorded events. */
export interface TestedSide {
  readonly endpoint: IsotpEndpoint
  readonly port: CanPort
  readonly received: Uint8Array[]
  readonly failures: IsotpFailure[]
  readonly sendOutcomes: (IsotpFailure | 'sent')[]
  send(payload: Uint8Array): void
}

/** A bus with a tester (0x7E0) and an ECU (0x7E8) for tests. */
export function isotpPair(tester: Partial<IsotpOptions> = {}, ecu: Partial<IsotpOptions> = {}, timing?: BusTiming) {
  const clock = new ManualClock()
  const log = new BusLogRing(100_000)
  const bus = new CanBus({ label: 'test', bitRate: 500_000, clock, timing: timing ?? 'as-fast-as-possible', log })
  const side = (name: string, own: IsotpOptions, otherId: number): TestedSide => {
    const received: Uint8Array[] = []
    const failures: IsotpFailure[] = []
    const sendOutcomes: (IsotpFailure | 'sent')[] = []
    const port = bus.attach({
      name,
      frameReceived: (frame) => {
        if (frame.id === otherId) endpoint.frameReceived(frame)
      },
    })
    port.declareUse(own.sendId, { kind: 'isotp', extendedAddress: own.sendAddress })
    const endpoint = new IsotpEndpoint(own, clock, (frame, sent) => port.send(frame, sent), {
      messageReceived: (payload) => received.push(payload),
      receptionFailed: (failure) => failures.push(failure),
    })
    const send = (payload: Uint8Array) => endpoint.send(payload, (failure) => sendOutcomes.push(failure ?? 'sent'))
    return { endpoint, port, received, failures, sendOutcomes, send }
  }
  const testerOptions = { ...isotpDefaults, sendId: 0x7e0, ...tester }
  const ecuOptions = { ...isotpDefaults, sendId: 0x7e8, ...ecu }
  return {
    clock,
    log,
    bus,
    tester: side('tester', testerOptions, ecuOptions.sendId),
    ecu: side('ecu', ecuOptions, testerOptions.sendId),
  }
}

/** Bytes 0, 1, 2, … of a length. */
export function countingBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index & 0xff)
}
