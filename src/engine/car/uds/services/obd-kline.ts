import { bytesFromHex, bytesFromText } from '../../file/values.ts'
import { answer, concatenate, type EcuState, type UdsReply, type UdsService } from '../service.ts'
import {
  bareObdService,
  clearCodes,
  freezeFrameValue,
  obdService,
  permanentCodesOf,
  presentValue,
  silent,
  supported,
  twoBytes,
} from './obd.ts'

/*
 * The emission services of SAE J1979 over ISO 14230-4: at most seven bytes in a message, one PID in a request, no
 * count of codes, and long answers as several messages. Where public sources say nothing the form follows service 01 (a choice).
 */

const codesPerMessage = 3
const bytesPerMessage = 4
/** Value of the component byte in answers about single tests. */
const noComponent = 0xff
const controlBytes = 5

const presentValues = obdService((request, ecu) => {
  const [, pid = 0] = request
  const bytes = request.length === 2 ? presentValue(pid, ecu) : undefined
  return bytes ? answer(concatenate([0x41, pid], bytes)) : silent
})

const freezeFrame = obdService((request, ecu) => {
  const [, pid = 0, frame = 0] = request
  const bytes = request.length === 3 ? freezeFrameValue(pid, frame, ecu) : undefined
  return bytes ? answer(concatenate([0x42, pid, frame], bytes)) : silent
})

/** Three codes in each message, filled with zeros; without codes one message of zeros. */
function codeMessages(service: number, codes: readonly number[]): UdsReply {
  const count = Math.max(1, Math.ceil(codes.length / codesPerMessage))
  const payloads = Array.from({ length: count }, (_, index) => {
    const bytes = new Uint8Array(1 + codesPerMessage * 2).fill(service, 0, 1)
    const here = codes.slice(index * codesPerMessage, (index + 1) * codesPerMessage)
    bytes.set(
      here.flatMap((code) => [code >> 8, code & 0xff]),
      1,
    )
    return bytes
  })
  return { kind: 'messages', payloads }
}

/** The bits for the tests in the range that begins with `test`; undefined for a test that does not begin a range. */
function supportedTests(test: number, known: readonly number[]): Uint8Array | undefined {
  return test % 0x20 === 0 ? supported(test, new Set(known)) : undefined
}

const oxygenSensorTests = obdService((request, { description }) => {
  const [, test = 0, sensor = 0] = request
  if (request.length !== 3) return silent
  const ofSensor = (description.obd?.oxygenSensorTests ?? []).filter((entry) => entry.sensor === sensor)
  const bits = supportedTests(
    test,
    ofSensor.map((entry) => entry.test),
  )
  const found = ofSensor.find((entry) => entry.test === test)
  const bytes = bits ?? (found && bytesFromHex(found.hex))
  return bytes ? answer(concatenate([0x45, test, sensor], bytes)) : silent
})

const monitorTests = obdService((request, { description }) => {
  const [, test = 0] = request
  if (request.length !== 2) return silent
  const all = description.obd?.monitorTests ?? []
  const bits = supportedTests(
    test,
    all.map((entry) => entry.test),
  )
  if (bits) return answer(concatenate([0x46, test, noComponent], bits))
  const found = all.filter((entry) => entry.test === test)
  const payloads = found.map(({ component, value, limit }) =>
    Uint8Array.of(0x46, test, component, value >> 8, value & 0xff, limit >> 8, limit & 0xff),
  )
  return payloads.length === 0 ? silent : { kind: 'messages', payloads }
})

const controls = obdService((request, { description }) => {
  const [, test = 0] = request
  if (request.length !== 2 + controlBytes) return silent
  const all = description.obd?.controls ?? []
  const bits = supportedTests(
    test,
    all.map((entry) => entry.test),
  )
  if (bits) return answer(concatenate([0x48, test, 0], bits))
  const found = all.find((entry) => entry.test === test)
  return found ? answer(concatenate([0x48, test], bytesFromHex(found.hex))) : silent
})

/** Texts by type of information: 02 VIN, 04 calibration, 0A name of the ECU. */
function informationTexts({ vin, description: { obd, name } }: EcuState): ReadonlyMap<number, Uint8Array> {
  const texts = new Map([
    [0x02, bytesFromText(vin.padStart(20, '\0'))],
    [0x0a, bytesFromText(name.slice(0, 20).padEnd(20, '\0'))],
  ])
  if (obd?.calibration !== undefined) texts.set(0x04, bytesFromText(obd.calibration.padEnd(16, '\0')))
  return texts
}

/** Each text is sent in numbered messages of four bytes; the type before it returns their number. */
const vehicleInformation = obdService((request, ecu) => {
  const [, type = 0] = request
  if (request.length !== 2) return silent
  const texts = informationTexts(ecu)
  if (type === 0) {
    const types = new Set([...texts.keys()].flatMap((known) => [known - 1, known]))
    return answer(concatenate([0x49, 0, 1], supported(0, types) ?? []))
  }
  const counted = texts.get(type + 1)
  if (counted) return answer(Uint8Array.of(0x49, type, counted.length / bytesPerMessage))
  const text = texts.get(type)
  if (!text) return silent
  const payloads = Array.from({ length: text.length / bytesPerMessage }, (_, index) =>
    concatenate([0x49, type, index + 1], text.subarray(index * bytesPerMessage, (index + 1) * bytesPerMessage)),
  )
  return { kind: 'messages', payloads }
})

/** Emission services of an ECU on a K-line. */
export const klineObdServices: ReadonlyMap<number, UdsService> = new Map([
  [0x01, presentValues],
  [0x02, freezeFrame],
  [0x03, bareObdService((ecu) => codeMessages(0x43, ecu.faults.confirmed.map(twoBytes)))],
  [0x04, clearCodes],
  [0x05, oxygenSensorTests],
  [0x06, monitorTests],
  [0x07, bareObdService((ecu) => codeMessages(0x47, ecu.faults.pending.map(twoBytes)))],
  [0x08, controls],
  [0x09, vehicleInformation],
  [0x0a, bareObdService((ecu) => codeMessages(0x4a, permanentCodesOf(ecu)))],
])
