import { targetOf, type ValueKind } from '../uds/data-store.ts'
import type { Effect } from './access-schema.ts'
import type { EcuDescription } from './schema.ts'
import type { DataDescription } from './uds-schema.ts'
import { bytesFromHex } from './values.ts'

/** Takes a problem of an ECU: the path of a field within it and what to do. */
export type EcuProblem = (path: readonly (string | number)[], message: string) => void

const defaultSession = 0x01
/** Another number of the default session, which conditions name as 0x01. */
const wholeByteDefaultSession = 0x81

/** Finds contradictions between fields of an ECU: a value that does not fit, a security level that is not defined. */
export function checkEcu(ecu: EcuDescription, problem: EcuProblem): void {
  for (const [identifier, value] of Object.entries(ecu.data)) {
    const fault = value === 'vin' ? undefined : valueProblem(value)
    if (fault) problem(['data', identifier], fault)
  }
  if (!ecu.sessions.includes(defaultSession))
    problem(['sessions'], 'every ECU starts in the default session: add 1 to the list')
  if (ecu.kline && ecu.broadcasts.some(({ bus }) => bus === undefined))
    problem(['broadcasts'], 'ECUs on a K-line only answer: remove the broadcasts, or name a CAN bus')
  checkDialect(ecu, problem)
  checkMemory(ecu, problem)
  checkEffects(ecu, problem)
  checkRecords(ecu, problem)
  checkObd(ecu, problem)
  checkPreconditions(ecu, problem)
  checkTwins(ecu, problem)
}

/** Checks that sessions and values of KWP2000 can be reached in the services that the ECU has of it. */
function checkDialect({ kwp, sessions, routines }: EcuDescription, problem: EcuProblem): void {
  if (!kwp) return
  const { services } = kwp
  if (!services) {
    sessions.forEach((session, index) => {
      if (session > 0x80)
        problem(
          ['sessions', index],
          `in an ECU that speaks only KWP2000 write ${hexByte(session & 0x7f)} for this session`,
        )
    })
    return
  }
  if (routines && services.includes('31'))
    problem(['routines'], 'service 0x31 is one of KWP2000 here: move these under kwp.routines')
  for (const [field, service] of [
    ['identification', '1A'],
    ['local', '21'],
    ['routines', '31'],
  ] as const)
    if (!services.includes(service) && Object.keys(kwp[field]).length > 0)
      problem(['kwp', field], `no service uses these: add "${service}" to kwp.services`)
}

/** First address beyond what four bytes can tell. */
const addressesEnd = 0x1_0000_0000

function checkMemory({ memory = [], download }: EcuDescription, problem: EcuProblem): void {
  const spans = memory.map(({ address, hex }, index) => ({
    path: ['memory', index, 'hex'],
    end: address + bytesFromHex(hex).length,
  }))
  if (download) spans.push({ path: ['download', 'bytes'], end: download.from + download.bytes })
  for (const { path, end } of spans)
    if (end > addressesEnd)
      problem(path, 'this reaches beyond 0xFFFFFFFF, the last address: begin earlier or end sooner')
}

/** Finds broadcasts on buses that the car does not have. */
export function checkBroadcastBuses(
  { broadcasts }: Pick<EcuDescription, 'broadcasts'>,
  buses: Readonly<Record<string, unknown>>,
  problem: EcuProblem,
): void {
  broadcasts.forEach(({ bus }, index) => {
    if (bus === undefined || Object.hasOwn(buses, bus)) return
    problem(['broadcasts', index, 'bus'], `there is no bus "${bus}": take one of ${Object.keys(buses).join(', ')}`)
  })
}

function valueProblem({ text, hex, number, pattern, bytes }: DataDescription): string | undefined {
  const kinds = [text, hex, number, pattern].filter((kind) => kind !== undefined)
  if (kinds.length !== 1) return 'give exactly one of text, hex, number or pattern'
  const needsLength = number !== undefined || pattern !== undefined
  if (needsLength && bytes === undefined) return 'a number or a pattern needs its length: add bytes'
  if (!needsLength && bytes !== undefined) return 'a text and hex bytes have their own length: remove bytes'
  if (number !== undefined && number >= 256 ** (bytes ?? 1)) return `${number} does not fit: raise bytes`
  return undefined
}

/** Length in bytes of a value as the file gives it; 17 for the VIN. */
function lengthOf(value: DataDescription | 'vin'): number {
  if (value === 'vin') return 17
  return value.bytes ?? value.text?.length ?? bytesFromHex(value.hex ?? '').length
}

function checkEffects(ecu: EcuDescription, problem: EcuProblem): void {
  const sources: { path: (string | number)[]; effects: readonly Effect[] }[] = Object.entries(ecu.routines ?? {}).map(
    ([name, { effects }]) => ({ path: ['routines', name], effects }),
  )
  for (const [identifier, value] of Object.entries(ecu.data))
    if (value !== 'vin')
      for (const access of ['write', 'control'] as const)
        sources.push({ path: ['data', identifier, access], effects: value[access]?.effects ?? [] })
  for (const [name, value] of Object.entries(ecu.kwp?.local ?? {}))
    for (const access of ['write', 'control'] as const)
      sources.push({ path: ['kwp', 'local', name, access], effects: value[access]?.effects ?? [] })
  for (const [name, { effects }] of Object.entries(ecu.kwp?.routines ?? {}))
    sources.push({ path: ['kwp', 'routines', name], effects })
  if (ecu.download) sources.push({ path: ['download'], effects: ecu.download.effects })
  for (const { path, effects } of sources) {
    effects.forEach((effect, index) => {
      const fault = effectProblem(effect, ecu)
      if (fault) problem([...path, 'effects', index, fault.field], fault.message)
    })
  }
}

const kindWords = {
  data: ['data identifier', 'data'],
  local: ['local identifier', 'kwp.local'],
  pid: ['PID', 'obd.values'],
} as const

function effectProblem(effect: Effect, ecu: EcuDescription): { field: string; message: string } | undefined {
  const { set, add, subtract, copy } = effect
  const target = targetOf(effect)
  if (target === undefined) return { field: 'data', message: 'give exactly one of data, local or pid' }
  const { kind, name: data } = target
  const [words, place] = kindWords[kind]
  const unknown = (name: string) => `the ECU has no ${words} ${name}: add it under ${place}`
  const needed = lengthIn(ecu, kind, data)
  if (needed === undefined) return { field: kind, message: unknown(data) }
  const changes = [set, add, subtract, copy].filter((change) => change !== undefined)
  if (changes.length !== 1) return { field: kind, message: 'give exactly one of set, add, subtract or copy' }
  if (copy !== undefined) {
    const length = lengthIn(ecu, kind, copy)
    if (length === undefined) return { field: 'copy', message: unknown(copy) }
    return length === needed
      ? undefined
      : {
          field: 'copy',
          message: `${copy} has ${length} bytes and ${data} has ${needed}: copy a value of the same length`,
        }
  }
  const length = set === undefined ? needed : bytesFromHex(set).length
  return length === needed
    ? undefined
    : { field: 'set', message: `${data} has ${needed} bytes, not ${length}: write as many` }
}

/** Length of a value of this ECU in bytes; undefined when it has no such value. */
function lengthIn({ data, kwp, obd }: EcuDescription, kind: ValueKind, name: string): number | undefined {
  const values: Readonly<Record<string, DataDescription | 'vin' | { hex: string } | string>> =
    kind === 'data' ? data : kind === 'local' ? (kwp?.local ?? {}) : (obd?.values ?? {})
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value === undefined) return undefined
  if (kind === 'data') return lengthOf(value as DataDescription | 'vin')
  return bytesFromHex(typeof value === 'string' ? value : (value.hex ?? '')).length
}

/** Checks that the freeze frame belongs to a code, and that services of the K-line are on one. */
function checkObd({ obd, kline, troubleCodes = [] }: EcuDescription, problem: EcuProblem): void {
  const code = obd?.freezeFrame?.code
  if (code !== undefined && !troubleCodes.some((known) => known.code === code))
    problem(['obd', 'freezeFrame', 'code'], `the ECU has no trouble code ${code}: add it under troubleCodes`)
  for (const field of ['oxygenSensorTests', 'monitorTests', 'controls'] as const)
    if (!kline && obd && obd[field].length > 0)
      problem(['obd', field], 'this service is simulated on K-lines only: remove it')
}

/** Checks that every record gives its bytes in exactly one way. */
function checkRecords({ troubleCodes = [] }: EcuDescription, problem: EcuProblem): void {
  troubleCodes.forEach(({ snapshots, extended }, code) => {
    snapshots.forEach(({ values, data, hex }, index) => {
      const isOneValue = data !== undefined && hex !== undefined && values === undefined
      const isList = values !== undefined && data === undefined && hex === undefined
      if (!isOneValue && !isList)
        problem(['troubleCodes', code, 'snapshots', index], 'give either values, or data and hex')
    })
    extended.forEach(({ values, hex }, index) => {
      if ((values === undefined) === (hex === undefined))
        problem(['troubleCodes', code, 'extended', index], 'give either values or hex')
    })
  })
}

interface Conditional {
  readonly path: readonly (string | number)[]
  readonly sessions?: readonly number[] | undefined
  readonly security?: number | undefined
  /** Whether the service does not exist in the default session at all (ISO 14229-1). */
  readonly needsOtherSession?: boolean
}

/** Everything in an ECU that depends on diagnostic sessions or on security. */
function conditionals(ecu: EcuDescription): readonly Conditional[] {
  const ofData = Object.entries(ecu.data).flatMap(([identifier, value]): Conditional[] => {
    if (value === 'vin') return []
    const path = ['data', identifier]
    const { sessions, security, write, control } = value
    return [
      { path, sessions, security },
      ...(write ? [{ path: [...path, 'write'], ...write }] : []),
      ...(control ? [{ path: [...path, 'control'], ...control, needsOtherSession: true }] : []),
    ]
  })
  const ofLocal = Object.entries(ecu.kwp?.local ?? {}).flatMap(([name, { write, control }]) => [
    ...(write ? [{ path: ['kwp', 'local', name, 'write'], ...write }] : []),
    ...(control ? [{ path: ['kwp', 'local', name, 'control'], ...control }] : []),
  ])
  return [
    ...ofData,
    ...ofLocal,
    ...Object.entries(ecu.routines ?? {}).map(([name, routine]) => ({ path: ['routines', name], ...routine })),
    ...Object.entries(ecu.kwp?.routines ?? {}).map(([name, routine]) => ({
      path: ['kwp', 'routines', name],
      ...routine,
    })),
    ...(ecu.memory ?? []).map((area, index) => ({ path: ['memory', index], ...area })),
    ...ecu.security.map(({ sessions }, index) => ({ path: ['security', index], sessions, needsOtherSession: true })),
    ...ecu.refusals.map(({ sessions }, index) => ({ path: ['refusals', index], sessions })),
    ...(ecu.download ? [{ path: ['download'], ...ecu.download, needsOtherSession: true }] : []),
  ]
}

function checkPreconditions(ecu: EcuDescription, problem: EcuProblem): void {
  const levels = ecu.security.map(({ level }) => level)
  for (const { path, sessions, security, needsOtherSession } of conditionals(ecu)) {
    const known = ecu.sessions.filter((session) => session !== wholeByteDefaultSession)
    const usable = known.filter((session) => !needsOtherSession || session !== defaultSession)
    if (sessions && !sessions.some((session) => usable.includes(session))) {
      const possible = usable.map(hexByte).join(', ') || 'none'
      problem(
        [...path, 'sessions'],
        `this never works in ${sessions.map(hexByte).join(', ')}: possible are ${possible}`,
      )
    }
    if (security !== undefined && !levels.includes(security))
      problem([...path, 'security'], `security level ${hexByte(security)} is not defined: add it under security`)
  }
}

function checkTwins(ecu: EcuDescription, problem: EcuProblem): void {
  const twins = (path: readonly (string | number)[], field: string, values: readonly (string | number)[]) =>
    values.forEach((value, index) => {
      if (values.indexOf(value) < index)
        problem(
          [...path, index, field],
          `${typeof value === 'number' ? hexByte(value) : value} is there already: remove one`,
        )
    })
  twins(
    ['security'],
    'level',
    ecu.security.map(({ level }) => level),
  )
  const codes = ecu.troubleCodes ?? []
  twins(
    ['troubleCodes'],
    'code',
    codes.map(({ code }) => code),
  )
  codes.forEach(({ snapshots, extended }, index) => {
    const records = { snapshots, extended }
    for (const kind of ['snapshots', 'extended'] as const)
      twins(
        ['troubleCodes', index, kind],
        'record',
        records[kind].map(({ record }) => record),
      )
    snapshots.forEach(({ values = [] }, record) => {
      twins(
        ['troubleCodes', index, 'snapshots', record, 'values'],
        'data',
        values.map(({ data }) => data),
      )
    })
  })
}

const hexByte = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(2, '0')}`
