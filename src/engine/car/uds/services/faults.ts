import type { ExtendedRecord, SnapshotRecord } from '../../file/uds-schema.ts'
import { bytesFromHex } from '../../file/values.ts'
import type { StoredCode } from '../fault-memory.ts'
import { nrc } from '../nrc.ts'
import {
  answer,
  concatenate,
  type EcuState,
  numberAt,
  refuse,
  subFunction,
  type UdsReply,
  type UdsService,
} from '../service.ts'

/** Status bits that the simulated ECUs support. */
const availabilityMask = 0xff
const allGroups = 0xffffff
/** Format of trouble codes: ISO 14229-1. */
const codeFormat = 0x01
const everyRecord = 0xff

const hasFaultMemory = ({ troubleCodes }: EcuState['description']) => troubleCodes !== undefined

/** 0x14 ClearDiagnosticInformation: one code, or all of them. */
export const clearDiagnosticInformation: UdsService = {
  isOffered: hasFaultMemory,
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length !== 4) return refuse(nrc.incorrectLength)
    const group = numberAt(request, 1, 3)
    const isKnown = ecu.faults.clear(group === allGroups ? 'all' : group)
    return isKnown ? answer(Uint8Array.of(0x54)) : refuse(nrc.requestOutOfRange)
  },
}

/** 0x85 ControlDTCSetting: on or off. */
export const controlTroubleCodeSetting: UdsService = {
  isOffered: hasFaultMemory,
  isInDefaultSession: false,
  serve: (request, ecu) => {
    if (request.length < 2) return refuse(nrc.incorrectLength)
    const { value, isSuppressed } = subFunction(request[1])
    if (value !== 1 && value !== 2) return refuse(nrc.subFunctionNotSupported)
    ecu.faults.isSettingOn = value === 1
    return answer(Uint8Array.of(0xc5, value), isSuppressed)
  },
}

/** 0x19 ReadDTCInformation: 01 count, 02 by status, 03 list of snapshots, 04 snapshots by code, 05 by record, 06 extended data, 0A supported codes. */
export const readTroubleCodes: UdsService = {
  isOffered: hasFaultMemory,
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length < 2) return refuse(nrc.incorrectLength)
    const { value, isSuppressed } = subFunction(request[1])
    const report = reports[value]
    if (!report) return refuse(nrc.subFunctionNotSupported)
    if (request.length !== report.length) return refuse(nrc.incorrectLength)
    const reply = report.read(request, ecu)
    return reply.kind === 'positive' && isSuppressed ? { ...reply, isSuppressed } : reply
  },
}

interface Report {
  readonly length: number
  read(request: Uint8Array, ecu: EcuState): UdsReply
}

const reports: Readonly<Record<number, Report>> = {
  1: {
    length: 3,
    read: (request, ecu) => {
      const count = ecu.faults.matching(request[2] ?? 0).length
      return answer(Uint8Array.of(0x59, 0x01, availabilityMask, codeFormat, count >> 8, count & 0xff))
    },
  },
  2: {
    length: 3,
    read: (request, ecu) => listed(0x02, ecu.faults.matching(request[2] ?? 0)),
  },
  3: {
    length: 2,
    read: (_, ecu) =>
      answer(
        concatenate(
          [0x59, 0x03],
          ...ecu.faults.codes.flatMap((code) =>
            storedSnapshots(code).map(({ record }) => [...codeAndStatus(code).slice(0, 3), record]),
          ),
        ),
      ),
  },
  5: {
    length: 3,
    read: (request, ecu) => {
      const wanted = request[2] ?? 0
      const isKnown = ecu.faults.codes.some(({ description }) =>
        description.snapshots.some(({ record }) => record === wanted),
      )
      if (wanted !== everyRecord && !isKnown) return refuse(nrc.requestOutOfRange)
      const parts = ecu.faults.codes.flatMap((code) =>
        storedSnapshots(code)
          .filter(({ record }) => wanted === everyRecord || record === wanted)
          .flatMap((snapshot) => [[snapshot.record], codeAndStatus(code), snapshotBytes(snapshot)]),
      )
      return answer(concatenate([0x59, 0x05], ...(parts.length > 0 ? parts : [[wanted]])))
    },
  },
  4: {
    length: 6,
    read: (request, ecu) =>
      recordsOf(request, ecu, 0x04, ({ description }) =>
        description.snapshots.map((snapshot) => ({ record: snapshot.record, bytes: snapshotBytes(snapshot) })),
      ),
  },
  6: {
    length: 6,
    read: (request, ecu) =>
      recordsOf(request, ecu, 0x06, ({ description }) =>
        description.extended.map((extended) => ({ record: extended.record, bytes: extendedBytes(extended) })),
      ),
  },
  10: { length: 2, read: (_, ecu) => listed(0x0a, ecu.faults.codes) },
}

/** Stored snapshots of a code; clearing removes them. */
const storedSnapshots = ({ description, hasRecords }: StoredCode): readonly SnapshotRecord[] =>
  hasRecords ? description.snapshots : []

/** The number of identifiers, then each identifier with its value. */
function snapshotBytes({ values, data, hex }: SnapshotRecord): Uint8Array {
  const all = values ?? (data !== undefined && hex !== undefined ? [{ data, hex }] : [])
  return concatenate([all.length], ...all.flatMap((value) => [bytesFromHex(value.data), bytesFromHex(value.hex)]))
}

function extendedBytes({ values, hex = '' }: ExtendedRecord): Uint8Array {
  return values ? concatenate(...values.map((part) => bytesFromHex(part.hex))) : bytesFromHex(hex)
}

function listed(report: number, codes: readonly StoredCode[]): UdsReply {
  return answer(concatenate([0x59, report, availabilityMask], ...codes.map(codeAndStatus)))
}

function codeAndStatus({ number, status }: StoredCode): readonly number[] {
  return [number >> 16, (number >> 8) & 0xff, number & 0xff, status]
}

function recordsOf(
  request: Uint8Array,
  ecu: EcuState,
  report: number,
  records: (code: StoredCode) => readonly { record: number; bytes: Uint8Array }[],
): UdsReply {
  const code = ecu.faults.codes.find(({ number }) => number === numberAt(request, 2, 3))
  const wanted = request[5] ?? 0
  if (!code) return refuse(nrc.requestOutOfRange)
  const stored = code.hasRecords ? records(code) : []
  const found = stored.filter(({ record }) => wanted === everyRecord || record === wanted)
  const isKnown = wanted === everyRecord || records(code).some(({ record }) => record === wanted)
  if (!isKnown) return refuse(nrc.requestOutOfRange)
  const parts = found.flatMap(({ record, bytes }) => [[record], bytes])
  return answer(concatenate([0x59, report], codeAndStatus(code), ...parts))
}
