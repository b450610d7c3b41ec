import { bytesFromHex, bytesFromText } from '../../file/values.ts'
import { type StoredCode, troubleCodeNumber } from '../fault-memory.ts'
import { answer, concatenate, type EcuState, type UdsReply, type UdsService } from '../service.ts'

/**
 * Emission services do not answer unknown values and requests of a wrong length. This is a choice: the text of
 * ISO 15031-5 was not at hand, and public implementations differ (some answer 0x13 to a wrong length, as ISO 14229-1 has it).
 */
export const silent: UdsReply = { kind: 'silent' }
/** PIDs in one request of service 01. */
const mostPids = 6
const malfunctionIndicator = 0x80

const hasObd = ({ obd }: EcuState['description']) => obd !== undefined

/** A service of an ECU with emission services. */
export function obdService(serve: (request: Uint8Array, ecu: EcuState) => UdsReply): UdsService {
  return { isOffered: hasObd, isInDefaultSession: true, serve }
}

/** A service whose request is its identifier and nothing else. */
export function bareObdService(serve: (ecu: EcuState) => UdsReply): UdsService {
  return obdService((request, ecu) => (request.length === 1 ? serve(ecu) : silent))
}

/** Service 01: present values, several in one request; 00, 20, 40 … list the supported ones. */
export const presentValues = obdService((request, ecu) => {
  const pids = [...request.subarray(1)]
  if (pids.length === 0 || pids.length > mostPids) return silent
  const parts = pids.flatMap((pid) => {
    const bytes = presentValue(pid, ecu)
    return bytes ? [[pid], bytes] : []
  })
  return parts.length === 0 ? silent : answer(concatenate([0x41], ...parts))
})

/** The present value of a PID; undefined when the ECU does not have it. */
export function presentValue(pid: number, ecu: EcuState): Uint8Array | undefined {
  const known = new Set([
    0x01,
    ...Object.keys(ecu.description.obd?.values ?? {}).map((name) => Number.parseInt(name, 16)),
  ])
  if (pid % 0x20 === 0) return supported(pid, known)
  if (pid === 0x01) {
    const count = Math.min(0x7f, ecu.faults.confirmed.length)
    const first = count > 0 ? malfunctionIndicator | count : 0
    return concatenate([first], readiness(ecu))
  }
  return ecu.data.find(pid, 'pid')?.bytes
}

/** Bytes B, C and D of PID 01: each monitor of the file is incomplete from clearing until the next cycle (ISO 15031-5). */
function readiness({ description, faults }: EcuState): readonly number[] {
  const [b = 0, c = 0, d = 0] = bytesFromHex(description.obd?.readiness ?? '00 00 00')
  return faults.hasMonitored ? [b, c, d] : [b | ((b & 0x07) << 4), c, c]
}

/** Four bytes of bits for the 32 numbers after `from`; the last bit means that the next range has some too. */
export function supported(from: number, known: ReadonlySet<number>): Uint8Array | undefined {
  const later = [...known].some((number) => number > from + 0x20)
  if (from > 0 && !later && ![...known].some((number) => number > from)) return undefined
  const bits = new Uint8Array(4)
  for (let offset = 1; offset <= 32; offset += 1) {
    const isKnown = offset === 32 ? later : known.has(from + offset)
    if (isKnown) bits[(offset - 1) >> 3] = (bits[(offset - 1) >> 3] ?? 0) | (0x80 >> ((offset - 1) & 7))
  }
  return bits
}

function codeList(service: number, codes: readonly number[]): UdsReply {
  return answer(concatenate([service, codes.length], ...codes.map((code) => [code >> 8, code & 0xff])))
}

/** A code in the form of the emission services. */
export const twoBytes = ({ number }: StoredCode) => number >> 8

/** Service 03: confirmed codes. */
export const confirmedCodes = bareObdService((ecu) => codeList(0x43, ecu.faults.confirmed.map(twoBytes)))

/** Service 07: pending codes. */
export const pendingCodes = bareObdService((ecu) => codeList(0x47, ecu.faults.pending.map(twoBytes)))

/** Service 0A: permanent codes, which clearing does not change. */
export const permanentCodes = bareObdService((ecu) => codeList(0x4a, permanentCodesOf(ecu)))

/** The permanent codes of the file. */
export function permanentCodesOf({ description }: EcuState): readonly number[] {
  return description.obd?.permanent.map((code) => troubleCodeNumber(code) >> 8) ?? []
}

/** PIDs in one request of service 02, each with its frame number. */
const mostFreezeFramePids = 3

/** Service 02: values that were stored with a trouble code. */
export const freezeFrame = obdService((request, ecu) => {
  const count = (request.length - 1) / 2
  if (!Number.isInteger(count) || count < 1 || count > mostFreezeFramePids) return silent
  const parts = Array.from({ length: count }, (_, index) => {
    const [pid = 0, frame = 0] = request.subarray(1 + index * 2)
    const bytes = freezeFrameValue(pid, frame, ecu)
    return bytes ? [[pid, frame], bytes] : []
  }).flat()
  return parts.length === 0 ? silent : answer(concatenate([0x42], ...parts))
})

/** A value of the freeze frame; PID 02 is the code that stored it, 00 00 when nothing is stored. Only frame 0 exists. */
export function freezeFrameValue(pid: number, frame: number, ecu: EcuState): Uint8Array | undefined {
  const described = ecu.description.obd?.freezeFrame
  const code = ecu.faults.codes.find(({ description }) => description.code === described?.code)
  if (frame !== 0 || !described || !code) return undefined
  const { values } = described
  if (pid % 0x20 === 0)
    return supported(pid, new Set([0x02, ...Object.keys(values).map((name) => Number.parseInt(name, 16))]))
  if (pid === 0x02)
    return code.hasRecords ? Uint8Array.of(code.number >> 16, (code.number >> 8) & 0xff) : new Uint8Array(2)
  const hex = values[pid.toString(16).toUpperCase().padStart(2, '0')]
  return hex !== undefined && code.hasRecords ? bytesFromHex(hex) : undefined
}

/** Service 04: clears the codes. */
export const clearCodes = bareObdService((ecu) => {
  ecu.faults.clear('all')
  return answer(Uint8Array.of(0x44))
})

/** Service 09: 02 VIN, 04 calibration, 0A name of the ECU. */
export const vehicleInformation = obdService((request, ecu) => {
  const type = request[1]
  const { obd, name } = ecu.description
  const texts = new Map<number, Uint8Array>([
    [0x02, bytesFromText(ecu.vin)],
    [0x0a, bytesFromText(name.slice(0, 20).padEnd(20, '\0'))],
  ])
  if (obd?.calibration !== undefined) texts.set(0x04, bytesFromText(obd.calibration.padEnd(16, '\0')))
  if (type === undefined || request.length !== 2) return silent
  if (type === 0) return answer(concatenate([0x49, 0], supported(0, new Set(texts.keys())) ?? []))
  const text = texts.get(type)
  return text ? answer(concatenate([0x49, type, 1], text)) : silent
})
