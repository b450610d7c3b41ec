import type { SecurityLevel } from '../../file/uds-schema.ts'
import { nrc } from '../nrc.ts'
import {
  answer,
  defaultSession,
  type EcuState,
  refuse,
  type SecurityProgress,
  subFunction,
  type UdsReply,
  type UdsService,
} from '../service.ts'

/** The default session of manufacturers that use the whole byte as its number. */
const wholeByteDefaultSession = 0x81

/**
 * 0x10 DiagnosticSessionControl: switches the session and answers with the ECU's time limits (P2 in ms, P2* in 10 ms). A session above
 * 0x80 is one of the manufacturer: its number is the whole byte, without a suppress bit, and its answer has no times.
 */
export const diagnosticSessionControl: UdsService = {
  isOffered: () => true,
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length !== 2) return refuse(nrc.incorrectLength)
    const [, wholeByte = 0] = request
    if (wholeByte > 0x80 && ecu.description.sessions.includes(wholeByte)) {
      ecu.enterSession(wholeByte === wholeByteDefaultSession ? defaultSession : wholeByte)
      return answer(Uint8Array.of(0x50, wholeByte))
    }
    const { value, isSuppressed } = subFunction(wholeByte)
    if (!ecu.description.sessions.includes(value)) return refuse(nrc.subFunctionNotSupported)
    ecu.enterSession(value)
    const { p2Ms, p2StarMs } = ecu.description.timing
    const p2Star = Math.round(p2StarMs / 10)
    return answer(Uint8Array.of(0x50, value, p2Ms >> 8, p2Ms & 0xff, p2Star >> 8, p2Star & 0xff), isSuppressed)
  },
}

/** 0x11 ECUReset: answers, then removes state that a reset ends, and does not answer while booting. */
export const ecuReset: UdsService = {
  isOffered: ({ resets }) => resets !== undefined,
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length !== 2) return refuse(nrc.incorrectLength)
    const { value, isSuppressed } = subFunction(request[1])
    if (!ecu.description.resets?.includes(value)) return refuse(nrc.subFunctionNotSupported)
    ecu.resetSoon()
    return answer(Uint8Array.of(0x51, value), isSuppressed)
  },
}

/** 0x3E TesterPresent: only keeps the session alive, which the server does for every request. */
export const testerPresent: UdsService = {
  isOffered: () => true,
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length !== 2) return refuse(nrc.incorrectLength)
    const { value, isSuppressed } = subFunction(request[1])
    if (value !== 0) return refuse(nrc.subFunctionNotSupported)
    return answer(Uint8Array.of(0x7e, 0x00), isSuppressed && !ecu.description.ignoresSuppressBit)
  },
}

/** 0x28 CommunicationControl: stops frames without a request, for normal messages (bit 0 of the type). */
export const communicationControl: UdsService = {
  isOffered: (description) => description.communicationControl,
  isInDefaultSession: false,
  serve: (request, ecu) => {
    if (request.length !== 3) return refuse(nrc.incorrectLength)
    const { value, isSuppressed } = subFunction(request[1])
    if (value > 3) return refuse(nrc.subFunctionNotSupported)
    const type = request[2] ?? 0
    if ((type & 0x03) === 0) return refuse(nrc.requestOutOfRange)
    if ((type & 0x01) !== 0) ecu.communication = value
    return answer(Uint8Array.of(0x68, value), isSuppressed)
  },
}

/** 0x27 SecurityAccess: seed for odd, key for even sub-functions, with lock-out after too many wrong keys. */
export const securityAccess: UdsService = {
  isOffered: ({ security }) => security.length > 0,
  isInDefaultSession: false,
  serve: (request, ecu) => {
    if (request.length < 2) return refuse(nrc.incorrectLength)
    const { value, isSuppressed } = subFunction(request[1])
    const wanted = value % 2 === 1 ? value : value - 1
    const description = ecu.description.security.find(({ level }) => level === wanted)
    if (!description) return refuse(nrc.subFunctionNotSupported)
    if (!description.sessions.includes(ecu.session)) return refuse(nrc.subFunctionNotSupportedInActiveSession)
    const progress = ecu.security.get(wanted) ?? { seed: undefined, wrongKeys: 0, lockedUntil: 0 }
    ecu.security.set(wanted, progress)
    const isSeed = value === wanted
    if (request.length !== (isSeed ? 2 : 6)) return refuse(nrc.incorrectLength)
    const reply = isSeed ? seedFor(wanted, progress, ecu) : keyTaken(request, description, progress, ecu)
    return reply.kind === 'positive' ? { ...reply, isSuppressed } : reply
  },
}

function seedFor(level: number, progress: SecurityProgress, ecu: EcuState): UdsReply {
  if (ecu.unlockedLevel === level) return answer(Uint8Array.of(0x67, level, 0, 0, 0, 0))
  if (progress.lockedUntil > ecu.clock.now()) return refuse(nrc.requiredTimeDelayNotExpired)
  progress.seed = Math.floor(ecu.random() * 0xffffffff) + 1
  return answer(Uint8Array.of(0x67, level, ...wordBytes(progress.seed)))
}

function keyTaken(
  request: Uint8Array,
  { level, key, attempts, lockMs }: SecurityLevel,
  progress: SecurityProgress,
  ecu: EcuState,
): UdsReply {
  if (progress.seed === undefined) return refuse(nrc.requestSequenceError)
  const expected = wordBytes(securityKey(progress.seed, key))
  progress.seed = undefined
  if (expected.every((byte, index) => byte === request[index + 2])) {
    progress.wrongKeys = 0
    ecu.unlockedLevel = level
    return answer(Uint8Array.of(0x67, level + 1))
  }
  progress.wrongKeys += 1
  if (progress.wrongKeys < attempts) return refuse(nrc.invalidKey)
  progress.wrongKeys = 0
  progress.lockedUntil = ecu.clock.now() + lockMs
  return refuse(nrc.exceededNumberOfAttempts)
}

type KeyStep = { xor: number } | { add: number } | { rotateLeft: number }

/** The key of a seed: 32-bit steps in order. */
export function securityKey(seed: number, steps: readonly KeyStep[]): number {
  let key = seed >>> 0
  for (const step of steps) {
    if ('xor' in step) key = (key ^ step.xor) >>> 0
    else if ('add' in step) key = (key + step.add) >>> 0
    else key = ((key << step.rotateLeft) | (key >>> (32 - step.rotateLeft))) >>> 0
  }
  return key
}

function wordBytes(word: number): readonly number[] {
  return [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff]
}
