import { nrc } from './nrc.ts'
import { answer, type EcuState, refuse, subFunction, type UdsReply, type UdsService } from './service.ts'

/** DiagnosticSessionControl: switches the session and tells the ECU's time limits (P2 in ms, P2* in 10 ms). */
const diagnosticSessionControl: UdsService = (request, ecu) => {
  if (request.length !== 2) return refuse(nrc.incorrectLength)
  const { value, isSuppressed } = subFunction(request[1] ?? 0)
  if (!ecu.description.sessions.includes(value)) return refuse(nrc.subFunctionNotSupported)
  ecu.session = value
  const { p2Ms, p2StarMs } = ecu.description.timing
  const p2Star = Math.round(p2StarMs / 10)
  return answer(Uint8Array.of(0x50, value, p2Ms >> 8, p2Ms & 0xff, p2Star >> 8, p2Star & 0xff), isSuppressed)
}

/** TesterPresent: only keeps the session alive, which the server does for every request. */
const testerPresent: UdsService = (request, ecu) => {
  if (request.length !== 2) return refuse(nrc.incorrectLength)
  const { value, isSuppressed } = subFunction(request[1] ?? 0)
  if (value !== 0) return refuse(nrc.subFunctionNotSupported)
  return answer(Uint8Array.of(0x7e, 0x00), isSuppressed && !ecu.description.ignoresSuppressBit)
}

/** ReadDataByIdentifier for one or several identifiers; unknown ones are left out as long as one is known. */
const readDataByIdentifier: UdsService = (request, ecu) => {
  const count = (request.length - 1) / 2
  if (count < 1 || !Number.isInteger(count) || count > ecu.description.identifiersPerRead) {
    return refuse(nrc.incorrectLength)
  }
  const parts: Uint8Array[] = [Uint8Array.of(0x62)]
  for (let index = 1; index < request.length; index += 2) {
    const high = request[index] ?? 0
    const low = request[index + 1] ?? 0
    const refusal = readOne(ecu, high, low, parts)
    if (refusal) return refusal
  }
  return parts.length === 1 ? refuse(nrc.requestOutOfRange) : answer(concatenate(parts))
}

function readOne(ecu: EcuState, high: number, low: number, parts: Uint8Array[]): UdsReply | undefined {
  const value = ecu.readData((high << 8) | low)
  if (!value || (value.sessions && !value.sessions.includes(ecu.session))) return undefined
  if (value.needsIgnition && !ecu.isIgnitionOn) return refuse(nrc.conditionsNotCorrect)
  parts.push(Uint8Array.of(high, low), value.bytes)
  return undefined
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

/** The services every simulated ECU has, by service identifier. */
export const udsServices: ReadonlyMap<number, UdsService> = new Map([
  [0x10, diagnosticSessionControl],
  [0x22, readDataByIdentifier],
  [0x3e, testerPresent],
])
