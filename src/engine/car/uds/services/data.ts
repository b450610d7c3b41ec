import { memoryRange, readObstacle } from '../memory-range.ts'
import { nrc } from '../nrc.ts'
import {
  answer,
  concatenate,
  type EcuState,
  numberAt,
  obstacle,
  refuse,
  type UdsReply,
  type UdsService,
} from '../service.ts'

/** 0x22 ReadDataByIdentifier for one or several identifiers; unknown ones are left out as long as one is known. */
export const readDataByIdentifier: UdsService = {
  isOffered: () => true,
  isInDefaultSession: true,
  serve: (request, ecu) => {
    const count = (request.length - 1) / 2
    if (count < 1 || !Number.isInteger(count) || count > ecu.description.identifiersPerRead) {
      return refuse(nrc.incorrectLength)
    }
    const parts: Uint8Array[] = [Uint8Array.of(0x62)]
    for (let index = 1; index < request.length; index += 2) {
      const refusal = readOne(ecu, numberAt(request, index, 2), parts)
      if (refusal) return refusal
    }
    return parts.length === 1 ? refuse(nrc.requestOutOfRange) : answer(concatenate(...parts))
  },
}

function readOne(ecu: EcuState, identifier: number, parts: Uint8Array[]): UdsReply | undefined {
  const entry = ecu.data.find(identifier)
  if (!entry || (entry.sessions && !entry.sessions.includes(ecu.session))) return undefined
  if (entry.security !== undefined && ecu.unlockedLevel !== entry.security) return refuse(nrc.securityAccessDenied)
  if (entry.needsIgnition && !ecu.isIgnitionOn) return refuse(nrc.conditionsNotCorrect)
  parts.push(Uint8Array.of(identifier >> 8, identifier & 0xff), entry.bytes)
  return undefined
}

/** 0x2E WriteDataByIdentifier: changes the value, then applies the effects of the write. */
export const writeDataByIdentifier: UdsService = {
  isOffered: ({ data }) => Object.values(data).some((value) => value !== 'vin' && value.write !== undefined),
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length < 4) return refuse(nrc.incorrectLength)
    const identifier = numberAt(request, 1, 2)
    const entry = ecu.data.find(identifier)
    if (!entry?.write) return refuse(nrc.requestOutOfRange)
    if (request.length !== 3 + entry.initial.length) return refuse(nrc.incorrectLength)
    const code = obstacle(entry.write, ecu)
    if (code !== undefined) return refuse(code)
    entry.bytes = request.slice(3)
    entry.controlledFrom = undefined
    ecu.data.apply(entry.write.effects)
    return answer(Uint8Array.of(0x6e, identifier >> 8, identifier & 0xff))
  },
}

const returnControl = 0
const resetToDefault = 1
const freezeCurrent = 2
const shortTermAdjustment = 3

/** 0x2F InputOutputControlByIdentifier: controls a value until control is returned, the session changes or the ECU resets. */
export const inputOutputControl: UdsService = {
  isOffered: ({ data }) => Object.values(data).some((value) => value !== 'vin' && value.control !== undefined),
  isInDefaultSession: false,
  serve: (request, ecu) => {
    if (request.length < 4) return refuse(nrc.incorrectLength)
    const identifier = numberAt(request, 1, 2)
    const entry = ecu.data.find(identifier)
    if (!entry?.control) return refuse(nrc.requestOutOfRange)
    const option = request[3] ?? 0
    if (option > shortTermAdjustment) return refuse(nrc.requestOutOfRange)
    const needed = option === shortTermAdjustment ? entry.initial.length : 0
    if (request.length !== 4 + needed) return refuse(nrc.incorrectLength)
    const code = obstacle(entry.control, ecu)
    if (code !== undefined) return refuse(code)
    if (option === returnControl) {
      entry.bytes = entry.controlledFrom ?? entry.bytes
      entry.controlledFrom = undefined
    } else {
      entry.controlledFrom ??= entry.bytes
      if (option === resetToDefault) entry.bytes = entry.initial
      if (option === shortTermAdjustment) entry.bytes = request.slice(4)
      if (option === freezeCurrent) entry.bytes = entry.bytes.slice()
      if (option === shortTermAdjustment) ecu.data.apply(entry.control.effects)
    }
    return answer(concatenate([0x6f, identifier >> 8, identifier & 0xff, option], entry.bytes))
  },
}

/** 0x23 ReadMemoryByAddress within the areas that the file lists and the memory that can be written. */
export const readMemoryByAddress: UdsService = {
  isOffered: ({ memory, download }) => memory !== undefined || download !== undefined,
  isInDefaultSession: true,
  serve: (request, ecu) => {
    const range = memoryRange(request, 1)
    if (!range) return refuse(nrc.incorrectLength)
    const { sizeBytes, addressBytes, address, size } = range
    if (sizeBytes < 1 || sizeBytes > 4 || addressBytes < 1 || addressBytes > 5) return refuse(nrc.requestOutOfRange)
    const code = readObstacle(range, ecu)
    if (code !== undefined) return refuse(code)
    if (size >= ecu.description.isotp.longestResponse) return refuse(nrc.responseTooLong)
    return answer(concatenate([0x63], ecu.memory.read(address, size)))
  },
}
