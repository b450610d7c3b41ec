import { status } from '@grpc/grpc-js'

/** A refusal that the caller is meant to see: gRPC status and a text that helps (protocol.md §3). */
export class ServiceError extends Error {
  readonly code: status

  constructor(code: status, details: string) {
    super(details)
    this.name = 'ServiceError'
    this.code = code
  }
}

const refusal = (code: status) => (details: string) => new ServiceError(code, details)

/** A refusal with the status of that name, for statuses that are a choice. */
export const refusalWith = (code: keyof typeof status) => refusal(status[code])

/** The request itself is wrong: bad hex, unset oneof, undefined enum. */
export const invalidArgument = refusal(status.INVALID_ARGUMENT)
/** No such session, connector, bus, variable or function. */
export const notFound = refusal(status.NOT_FOUND)
/** The thing exists already under another name. */
export const alreadyExists = refusal(status.ALREADY_EXISTS)
/** The token is right but does not allow this now. */
export const permissionDenied = refusal(status.PERMISSION_DENIED)
/** The session or context is in the wrong state. */
export const failedPrecondition = refusal(status.FAILED_PRECONDITION)
/** A limit is reached. */
export const resourceExhausted = refusal(status.RESOURCE_EXHAUSTED)
/** The thing exists but cannot be had at the moment; trying again later makes sense. */
export const unavailable = refusal(status.UNAVAILABLE)
/** Somebody else has refused to do the work. */
export const aborted = refusal(status.ABORTED)
/** Somebody else has not reacted in time. */
export const deadlineExceeded = refusal(status.DEADLINE_EXCEEDED)
/** The one who asked no longer waits for the answer. */
export const cancelled = refusal(status.CANCELLED)
/** The token is missing, expired or unknown. */
export const unauthenticated = refusal(status.UNAUTHENTICATED)
/** This engine does not offer the call. */
export const unimplemented = refusal(status.UNIMPLEMENTED)
