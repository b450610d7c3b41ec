import { succeeded } from '../../shared/outcome.ts'
import type { Cancel, Clock } from '../clock.ts'
import { type CallFailure, type CallOutcome, mapOutcome, unlessMalformed } from '../failure.ts'
import { openObdV1 } from '../grpc/protos.ts'
import { type Ecu, ecuFromWire } from '../wire/ecu.ts'
import { type VehicleDetails, vehicleDetailsFromWire } from '../wire/vehicle-details.ts'
import type { SessionCalls } from './session-calls.ts'

const rpcs = openObdV1.vehicleInfo.service
/** Documented polling interval while ECU detection is running, in ms (protocol.md §3). */
const detectionPollMs = 5_000

/** The ECUs, or that detection is still running. */
export type EcuDetection =
  | { readonly status: 'detecting' }
  /** `unreadable` counts ECUs of a kind that this version does not know. */
  | { readonly status: 'ready'; readonly ecus: readonly Ecu[]; readonly unreadable: number }

/** Name and VIN of the car. */
export async function getVehicleDetails(calls: SessionCalls): Promise<CallOutcome<VehicleDetails>> {
  const outcome = await calls.unary(rpcs.getVehicleDetails, {})
  return mapOutcome(rpcs.getVehicleDetails, outcome, vehicleDetailsFromWire)
}

/** Asks once for the detected ECUs. UNAVAILABLE from the server means that detection is running, not a failure. */
export async function getEcuList(calls: SessionCalls): Promise<CallOutcome<EcuDetection>> {
  const outcome = await calls.unary(rpcs.getEcuList, {})
  if (!outcome.ok && outcome.failure.answered && outcome.failure.code === 'connection-lost') {
    return succeeded({ status: 'detecting' })
  }
  return mapOutcome(rpcs.getEcuList, outcome, (wire) => {
    const readable = wire.ecus
      .map((ecu) =>
        unlessMalformed<Ecu | undefined>(
          () => ecuFromWire(ecu),
          () => undefined,
        ),
      )
      .filter((ecu) => ecu !== undefined)
    return { status: 'ready', ecus: readable, unreadable: wire.ecus.length - readable.length }
  })
}

/** Reported by `followEcuDetection`. */
export type EcuDetectionNews = EcuDetection | { readonly status: 'failed'; readonly failure: CallFailure }

/** Asks every 5 s until the ECUs are known and reports each change. The returned function stops it. */
export function followEcuDetection(
  calls: SessionCalls,
  clock: Clock,
  onNews: (news: EcuDetectionNews) => void,
): Cancel {
  let isStopped = false
  let cancelTimer: Cancel = () => undefined
  const ask = async (): Promise<void> => {
    const outcome = await getEcuList(calls)
    if (isStopped) return
    if (outcome.ok) {
      onNews(outcome.value)
      if (outcome.value.status === 'ready') return
    } else {
      onNews({ status: 'failed', failure: outcome.failure })
      if (outcome.failure.certainty === 'refused') return
    }
    cancelTimer = clock.after(detectionPollMs, () => void ask())
  }
  void ask()
  return () => {
    isStopped = true
    cancelTimer()
  }
}
