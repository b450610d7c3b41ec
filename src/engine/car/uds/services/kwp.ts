import type { LocalRoutineDescription } from '../../file/routine-schema.ts'
import type { EcuDescription } from '../../file/schema.ts'
import { bytesFromHex, bytesFromText } from '../../file/values.ts'
import { nrc } from '../nrc.ts'
import {
  answer,
  concatenate,
  defaultSession,
  type EcuState,
  numberAt,
  obstacle,
  refuse,
  type UdsReply,
  type UdsService,
} from '../service.ts'
import { udsServices } from './index.ts'
import { localRoutineKey, startRoutine } from './routines.ts'

/** Groups that mean all trouble codes in 0x14 and 0x18 of ISO 14230-3. */
const allGroups: ReadonlySet<number> = new Set([0x0000, 0xff00, 0xffff])

/** 0x10 StartDiagnosticSession: its sessions have the upper bit set (0x81 standard, 0x89 of the Volkswagen group). */
const startDiagnosticSession: UdsService = {
  isOffered: () => true,
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length !== 2) return refuse(nrc.incorrectLength)
    const session = request[1] ?? 0
    const isKnown = session > 0x80 && ecu.description.sessions.includes(session & 0x7f)
    if (!isKnown) return refuse(nrc.subFunctionNotSupported)
    ecu.enterSession(session & 0x7f)
    return answer(Uint8Array.of(0x50, session))
  },
}

/** 0x20 StopDiagnosticSession: back to the standard session. */
const stopDiagnosticSession: UdsService = {
  isOffered: () => true,
  isInDefaultSession: true,
  serve: (_request, ecu) => {
    ecu.enterSession(defaultSession)
    return answer(Uint8Array.of(0x60))
  },
}

/** 0x1A ReadEcuIdentification by option. */
const readEcuIdentification: UdsService = {
  isOffered: ({ kwp }) => Object.keys(kwp?.identification ?? {}).length > 0,
  isInDefaultSession: true,
  serve: (request, { description }) => {
    if (request.length !== 2) return refuse(nrc.incorrectLength)
    const value = description.kwp?.identification[byteName(request[1])]
    if (!value) return refuse(nrc.subFunctionNotSupported)
    const { text = '', hex = '' } = value
    return answer(concatenate([0x5a, request[1] ?? 0], bytesFromText(text), bytesFromHex(hex)))
  },
}

/** 0x21 ReadDataByLocalIdentifier. */
const readDataByLocalIdentifier: UdsService = {
  isOffered: ({ kwp }) => Object.keys(kwp?.local ?? {}).length > 0,
  isInDefaultSession: true,
  serve: (request, { data }) => {
    if (request.length !== 2) return refuse(nrc.incorrectLength)
    const value = data.find(request[1] ?? 0, 'local')
    if (!value) return refuse(nrc.requestOutOfRange)
    return answer(concatenate([0x61, request[1] ?? 0], value.bytes))
  },
}

/** 0x3B WriteDataByLocalIdentifier: changes the value, then applies the effects of the write. */
const writeDataByLocalIdentifier: UdsService = {
  isOffered: ({ kwp }) => Object.values(kwp?.local ?? {}).some(({ write }) => write !== undefined),
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length < 3) return refuse(nrc.incorrectLength)
    const entry = ecu.data.find(request[1] ?? 0, 'local')
    if (!entry?.write) return refuse(nrc.requestOutOfRange)
    if (request.length !== 2 + entry.initial.length) return refuse(nrc.incorrectLength)
    const code = obstacle(entry.write, ecu)
    if (code !== undefined) return refuse(code)
    entry.bytes = request.slice(2)
    ecu.data.apply(entry.write.effects)
    return answer(Uint8Array.of(0x7b, request[1] ?? 0))
  },
}

// Control parameters of service 0x30 (ISO 14230-3).
const returnControl = 0x00
const reportCurrentState = 0x01
const resetToDefault = 0x04
const freezeCurrentState = 0x05
const shortTermAdjustment = 0x07
const controlParameters: readonly number[] = [
  returnControl,
  reportCurrentState,
  resetToDefault,
  freezeCurrentState,
  shortTermAdjustment,
]

/** 0x30 InputOutputControlByLocalIdentifier: takes a value over until the control is returned or the session ends. */
const controlByLocalIdentifier: UdsService = {
  isOffered: ({ kwp }) => Object.values(kwp?.local ?? {}).some(({ control }) => control !== undefined),
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length < 3) return refuse(nrc.incorrectLength)
    const [, identifier = 0, parameter = 0] = request
    const entry = ecu.data.find(identifier, 'local')
    if (!entry?.control || !controlParameters.includes(parameter)) return refuse(nrc.requestOutOfRange)
    const needed = parameter === shortTermAdjustment ? entry.initial.length : 0
    if (request.length !== 3 + needed) return refuse(nrc.incorrectLength)
    const code = obstacle(entry.control, ecu)
    if (code !== undefined) return refuse(code)
    if (parameter === returnControl) {
      entry.bytes = entry.controlledFrom ?? entry.bytes
      entry.controlledFrom = undefined
    } else if (parameter !== reportCurrentState) {
      entry.controlledFrom ??= entry.bytes
      if (parameter === resetToDefault) entry.bytes = entry.initial
      if (parameter === shortTermAdjustment) {
        entry.bytes = request.slice(3)
        ecu.data.apply(entry.control.effects)
      }
    }
    return answer(concatenate([0x70, identifier, parameter], entry.bytes))
  },
}

const hasLocalRoutines = ({ kwp }: EcuDescription) => Object.keys(kwp?.routines ?? {}).length > 0

/** A service for a routine with a local identifier, when its conditions are fulfilled. */
function ofLocalRoutine(
  serve: (head: readonly number[], routine: LocalRoutineDescription, ecu: EcuState) => UdsReply,
): UdsService {
  return {
    isOffered: hasLocalRoutines,
    isInDefaultSession: true,
    serve: (request, ecu) => {
      if (request.length < 2) return refuse(nrc.incorrectLength)
      const routine = ecu.description.kwp?.routines[byteName(request[1])]
      if (!routine) return refuse(nrc.requestOutOfRange)
      const code = obstacle(routine, ecu)
      if (code !== undefined) return refuse(code)
      return serve([(request[0] ?? 0) | 0x40, request[1] ?? 0], routine, ecu)
    },
  }
}

/** The present run of a routine; undefined when it was never started or was stopped. */
function runOf([, identifier = 0]: readonly number[], ecu: EcuState) {
  const run = ecu.routines.get(localRoutineKey(identifier))
  return run?.isStopped ? undefined : run
}

/** 0x31 StartRoutineByLocalIdentifier. */
const startLocalRoutine = ofLocalRoutine((head, routine, ecu) => {
  startRoutine(localRoutineKey(head[1] ?? 0), routine, ecu)
  return answer(concatenate(head, bytesFromHex(routine.started ?? '')))
})

/** 0x32 StopRoutineByLocalIdentifier. In KWP2000 0x22 also means a wrong sequence. */
const stopLocalRoutine = ofLocalRoutine((head, _routine, ecu) => {
  const run = runOf(head, ecu)
  if (!run || run.hasTakenEffect) return refuse(nrc.conditionsNotCorrect)
  run.isStopped = true
  return answer(Uint8Array.from(head))
})

/** 0x33 RequestRoutineResultsByLocalIdentifier: 0x23 while the routine runs. */
const readLocalRoutineResults = ofLocalRoutine((head, routine, ecu) => {
  const run = runOf(head, ecu)
  if (!run) return refuse(nrc.conditionsNotCorrect)
  if (!run.hasTakenEffect) return refuse(nrc.routineNotComplete)
  return answer(concatenate(head, bytesFromHex(routine.result)))
})

const hasFaultMemory = ({ troubleCodes }: EcuDescription) => troubleCodes !== undefined

/** 0x18 ReadDiagnosticTroubleCodesByStatus: codes of two bytes with their status. */
const readTroubleCodesByStatus: UdsService = {
  isOffered: hasFaultMemory,
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length !== 4) return refuse(nrc.incorrectLength)
    if (!allGroups.has(numberAt(request, 2, 2))) return refuse(nrc.requestOutOfRange)
    const codes = ecu.faults.confirmed
    const records = codes.flatMap(({ number, status }) => [(number >> 16) & 0xff, (number >> 8) & 0xff, status])
    return answer(Uint8Array.of(0x58, codes.length, ...records))
  },
}

/** 0x14 ClearDiagnosticInformation: a group of two bytes. */
const clearGroup: UdsService = {
  isOffered: hasFaultMemory,
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length !== 3) return refuse(nrc.incorrectLength)
    if (!allGroups.has(numberAt(request, 1, 2))) return refuse(nrc.requestOutOfRange)
    ecu.faults.clear('all')
    return answer(request.with(0, 0x54))
  },
}

/** 0x3E TesterPresent: answered without a parameter or with 1, not answered with 2. */
const testerPresent: UdsService = {
  isOffered: () => true,
  isInDefaultSession: true,
  serve: (request) => {
    if (request.length > 2) return refuse(nrc.incorrectLength)
    const wish = request[1] ?? 0x01
    if (wish !== 0x01 && wish !== 0x02) return refuse(nrc.subFunctionNotSupported)
    return wish === 0x01 ? answer(Uint8Array.of(0x7e)) : { kind: 'silent' }
  },
}

function byteName(byte: number | undefined): string {
  return (byte ?? 0).toString(16).toUpperCase().padStart(2, '0')
}

/** Services whose meaning KWP2000 and UDS share. */
const shared = [0x01, 0x02, 0x03, 0x04, 0x07, 0x09, 0x0a, 0x11, 0x22, 0x23, 0x27, 0x2e, 0x34, 0x35, 0x36, 0x37]

/** Services of an ECU that speaks KWP2000 (ISO 14230-3). */
export const kwpServices: ReadonlyMap<number, UdsService> = new Map([
  ...[...udsServices].filter(([identifier]) => shared.includes(identifier)),
  [0x10, startDiagnosticSession],
  [0x14, clearGroup],
  [0x18, readTroubleCodesByStatus],
  [0x1a, readEcuIdentification],
  [0x20, stopDiagnosticSession],
  [0x21, readDataByLocalIdentifier],
  [0x30, controlByLocalIdentifier],
  [0x31, startLocalRoutine],
  [0x32, stopLocalRoutine],
  [0x33, readLocalRoutineResults],
  [0x3b, writeDataByLocalIdentifier],
  [0x3e, testerPresent],
])
