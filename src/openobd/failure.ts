import { type Failure, type FailureCode, failed, newFailure, succeeded } from '../shared/outcome.ts'

/**
 * What is certain about a failed call: the server refused it, it never reached the server, or it is not known whether
 * the server carried it out (then ask the server before repeating).
 */
export type Certainty = 'refused' | 'not-sent' | 'unclear'

/** A failure of one call, without a token, an endpoint or a path. */
export interface CallFailure extends Failure {
  /** Name of the rpc or of our step, e.g. `session/finish`. */
  readonly rpc: string
  readonly certainty: Certainty
  /** The server did not accept the bearer (missing, expired, unknown or of the wrong kind). */
  readonly bearerRefused?: boolean
  /** The server reported the failure; otherwise this side observed it. */
  readonly answered: boolean
}

/** Result of a call; assignable to `Outcome` of src/shared. */
export type CallOutcome<T> = { ok: true; value: T } | { ok: false; failure: CallFailure }

/** Parts of a failure that are not derived from its code. */
export interface FailureDetails {
  readonly certainty?: Certainty
  readonly detail?: string
  readonly parameters?: Record<string, string | number>
  readonly bearerRefused?: boolean
  readonly answered?: boolean
}

/** Creates a failure of the given rpc (or step) with the next action for its code. */
export function callFailure(rpc: string, code: FailureCode, more: FailureDetails = {}): CallFailure {
  return {
    ...newFailure(code),
    rpc,
    certainty: more.certainty ?? 'refused',
    answered: more.answered ?? false,
    ...(more.detail ? { detail: more.detail.slice(0, 500) } : {}),
    ...(more.parameters ? { parameters: more.parameters } : {}),
    ...(more.bearerRefused ? { bearerRefused: true } : {}),
  }
}

/** An outcome that failed for the given reason. */
export const refused = (rpc: string, code: FailureCode, more?: FailureDetails): { ok: false; failure: CallFailure } =>
  failed(callFailure(rpc, code, more))

/** Name of an rpc without its package, e.g. `session/finish`. */
export const rpcName = ({ path }: { readonly path: string }): string =>
  path.replace(/^\/(?:[\w.]+\.)?(\w+\/\w+)$/, '$1')

/** The outcome of a call whose reply says nothing. */
export const withoutValue = (outcome: CallOutcome<unknown>): CallOutcome<null> =>
  outcome.ok ? succeeded(null) : outcome

/** Converts the reply of an rpc; a message without a required field becomes a failure. */
export function mapOutcome<A, B>(
  method: { readonly path: string },
  outcome: CallOutcome<A>,
  convert: (value: A) => B,
): CallOutcome<B> {
  if (!outcome.ok) return outcome
  return unlessMalformed<CallOutcome<B>>(
    () => succeeded(convert(outcome.value)),
    ({ message: detail }) => refused(rpcName(method), 'not-an-openobd-service', { certainty: 'unclear', detail }),
  )
}

/** What `read` returns, or `otherwise` when the message cannot be used; other errors are thrown. */
export function unlessMalformed<T>(read: () => T, otherwise: (error: MalformedMessage) => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof MalformedMessage) return otherwise(error)
    throw error
  }
}

/** Error for a message from the server that lacks a required field or has a value that this version cannot read. */
export class MalformedMessage extends Error {
  readonly messageName: string
  readonly fieldName: string

  constructor(messageName: string, fieldName: string, problem = 'is missing') {
    super(`${messageName}.${fieldName} ${problem}.`)
    this.name = 'MalformedMessage'
    this.messageName = messageName
    this.fieldName = fieldName
  }
}
