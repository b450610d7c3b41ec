import { randomUUID } from 'node:crypto'
import { type Failure, type FailureCode, failed, type NextAction, usualNextAction } from '../../shared/outcome.ts'

/** A failure with its usual next action and a fresh correlation id. */
export function newFailure(
  code: FailureCode,
  more: { parameters?: Record<string, string | number>; nextAction?: NextAction; detail?: string } = {},
): Failure {
  return { code, nextAction: usualNextAction[code], correlationId: randomUUID(), ...more }
}

/** An outcome that failed with the usual next action. */
export const fail = (code: FailureCode, more?: Parameters<typeof newFailure>[1]) => failed(newFailure(code, more))

const folders = /(?:[A-Za-z]:)?[\\/]?(?:[\w.@ ~-]+[\\/])+(?=[\w.@-])/g
const ipAddress = /\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b/g
// A file name with a line number looks like a host with a port, but it helps and gives nothing away.
const hostAndPort = /\b[\w-]+(\.[\w-]+)*\.(?!ya?ml\b|json\b)[a-z]{2,}:\d+\b/gi

/** Takes everything out of a text that a failure must not carry: known secrets, addresses with ports, folders of paths. */
export function cleanDetail(text: string, scrub: (text: string) => string): string {
  return scrub(text).replaceAll(ipAddress, '…').replaceAll(hostAndPort, '…').replaceAll(folders, '').slice(0, 500)
}

/** A failure as it may leave main: only the fields of the contract, with a cleaned detail. */
export function presentFailure(failure: Failure, scrub: (text: string) => string): Failure {
  const { code, parameters, nextAction, correlationId, detail } = failure
  return {
    code,
    nextAction,
    correlationId,
    ...(parameters ? { parameters } : {}),
    ...(detail ? { detail: cleanDetail(detail, scrub) } : {}),
  }
}
