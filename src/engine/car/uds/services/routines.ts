import type { LocalRoutineDescription, RoutineDescription } from '../../file/routine-schema.ts'
import type { EcuDescription } from '../../file/schema.ts'
import { bytesFromHex } from '../../file/values.ts'
import { nrc } from '../nrc.ts'
import {
  answer,
  concatenate,
  type EcuState,
  numberAt,
  obstacle,
  refuse,
  subFunction,
  type UdsReply,
  type UdsService,
} from '../service.ts'

const start = 1
const stop = 2
const requestResults = 3

/** 0x31 RoutineControl: start, stop, results. The effects of a routine are applied when it has ended. */
export const routineControl: UdsService = {
  isOffered: ({ routines }) => routines !== undefined,
  isInDefaultSession: true,
  serve: (request, ecu) => {
    if (request.length < 4) return refuse(nrc.incorrectLength)
    const { value, isSuppressed } = subFunction(request[1])
    const identifier = numberAt(request, 2, 2)
    const routine = ecu.description.routines?.[identifier.toString(16).toUpperCase().padStart(4, '0')]
    if (!routine) return refuse(nrc.requestOutOfRange)
    if (value < start || value > requestResults) return refuse(nrc.subFunctionNotSupported)
    const code = obstacle(routine, ecu)
    if (code !== undefined) return refuse(code)
    const reply = control(value, identifier, routine, ecu)
    return reply.kind === 'positive' ? { ...reply, isSuppressed } : reply
  },
}

function control(action: number, identifier: number, routine: RoutineDescription, ecu: EcuState): UdsReply {
  const head = [0x71, action, identifier >> 8, identifier & 0xff]
  if (action === start) {
    startRoutine(identifier, routine, ecu)
    return answer(concatenate(head, bytesFromHex(routine.started ?? '')))
  }
  const run = ecu.routines.get(identifier)
  if (!run) return refuse(nrc.requestSequenceError)
  if (action === stop) {
    if (run.isStopped || run.hasTakenEffect) return refuse(nrc.requestSequenceError)
    run.isStopped = true
    return answer(concatenate(head))
  }
  return answer(concatenate(head, bytesFromHex(run.hasTakenEffect ? routine.result : routine.running)))
}

/** Starts a routine; one that takes no time has its effects at once. */
export function startRoutine(key: number, { takesMs }: Pick<RoutineDescription, 'takesMs'>, ecu: EcuState): void {
  ecu.routines.set(key, { throughAt: ecu.clock.now() + takesMs, isStopped: false, hasTakenEffect: false })
  settleRoutines(ecu)
}

/** Key of a routine with a local identifier, beyond all identifiers of two bytes. */
export const localRoutineKey = (identifier: number): number => 0x1_0000 + identifier

function routineOf({ routines, kwp }: EcuDescription, key: number): LocalRoutineDescription | undefined {
  const name = (length: number) => (key & 0xffff).toString(16).toUpperCase().padStart(length, '0')
  return key > 0xffff ? kwp?.routines[name(2)] : routines?.[name(4)]
}

/** Applies the effects of all ended routines; called before each request, so that no timer is needed. */
export function settleRoutines(ecu: EcuState): void {
  for (const [key, run] of ecu.routines) {
    if (run.isStopped || run.hasTakenEffect || run.throughAt > ecu.clock.now()) continue
    run.hasTakenEffect = true
    const routine = routineOf(ecu.description, key)
    ecu.data.apply(routine?.effects ?? [])
    if (routine?.clearsTroubleCodes) ecu.faults.clear('all')
  }
}
