import type { Cancel, Clock } from '../../openobd/clock.ts'
import type { CallOutcome } from '../../openobd/failure.ts'
import { getProductList } from '../../openobd/session/product-info.ts'
import type { SessionCalls } from '../../openobd/session/session-calls.ts'
import { type EcuDetectionNews, followEcuDetection, getVehicleDetails } from '../../openobd/session/vehicle-info.ts'
import type { Ecu } from '../../openobd/wire/ecu.ts'
import { assertNever } from '../../shared/assert-never.ts'
import type { SessionView } from '../../shared/session.ts'

type VehicleView = SessionView['vehicle']

/** The car before anything is known about it. */
export const unknownVehicle: VehicleView = { status: 'loading', ecus: [], products: [] }

const repeatMs = 5_000

/** Requests all data of the car at once, repeats what did not arrive, and follows the ECU detection. */
export function watchVehicle(calls: SessionCalls, clock: Clock, onView: (view: VehicleView) => void): Cancel {
  let view = unknownVehicle
  const change = (part: Partial<VehicleView>) => {
    view = { ...view, ...part }
    onView(view)
  }
  const cancels = [
    askUntilKnown(
      clock,
      () => getVehicleDetails(calls),
      ({ name, vin }) => change({ name, vin }),
    ),
    askUntilKnown(
      clock,
      () => getProductList(calls),
      (products) => change({ products: products.map((p) => ({ ...p })) }),
    ),
    followEcuDetection(calls, clock, (news) => change(ecusFrom(news))),
  ]
  return () => {
    for (const cancel of cancels) cancel()
  }
}

function ecusFrom(news: EcuDetectionNews): Partial<VehicleView> {
  switch (news.status) {
    case 'detecting':
      return { status: 'detecting', failure: undefined }
    case 'ready':
      return { status: 'ready', ecus: news.ecus.map(ecuView), failure: undefined }
    case 'failed':
      return { status: 'unavailable', failure: news.failure }
  }
}

function askUntilKnown<T>(clock: Clock, ask: () => Promise<CallOutcome<T>>, onKnown: (value: T) => void): Cancel {
  let isStopped = false
  let cancelTimer: Cancel = () => undefined
  const attempt = async (): Promise<void> => {
    const outcome = await ask()
    if (isStopped) return
    if (outcome.ok) onKnown(outcome.value)
    else if (outcome.failure.certainty !== 'refused') cancelTimer = clock.after(repeatMs, () => void attempt())
  }
  void attempt()
  return () => {
    isStopped = true
    cancelTimer()
  }
}

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0')
const canId = (id: number) => hex(id, id > 0x7ff ? 8 : 3)
const extended = (address: number | undefined) => (address === undefined ? '' : ` (${hex(address, 2)})`)

/** An ECU by address and pins of the OBD socket, without words, so that it needs no translation. */
export function ecuView(ecu: Ecu): VehicleView['ecus'][number] {
  switch (ecu.kind) {
    case 'isotp': {
      const request = canId(ecu.requestId) + extended(ecu.extendedRequestAddress)
      const response = canId(ecu.responseId) + extended(ecu.extendedResponseAddress)
      return { transport: 'isotp', address: `${request} → ${response}`, bus: canName(ecu.bus) }
    }
    case 'tp20':
      return { transport: 'tp20', address: hex(ecu.logicalAddress, 2), bus: canName(ecu.bus) }
    case 'kline':
      return { transport: 'kline', address: hex(ecu.ecuId, 2), bus: `OBD ${ecu.bus.pin}` }
    case 'doip':
      return { transport: 'doip', address: `${hex(ecu.testerId, 4)} → ${hex(ecu.ecuId, 4)}`, bus: '' }
    default:
      return assertNever(ecu)
  }
}

const canName = (bus: { pinPlus: number; pinMin: number; bitRate: number }) =>
  `OBD ${bus.pinPlus}/${bus.pinMin}, ${bus.bitRate} kbit/s`
