import { status } from '@grpc/grpc-js'
import { Refusal, type RefusalKind } from '../server/refusal.ts'
import { statusOfRefusal } from '../server/rpc/statuses.ts'

const kinds = new Map(Object.entries(statusOfRefusal).map(([kind, code]) => [code, kind as RefusalKind]))

/** A status of the server as the refusal with which a client of the gateway gets it; a code without a kind counts as unavailable. */
export const statusError = (code: status, details: string): Refusal =>
  new Refusal(kinds.get(code) ?? kinds.get(status.UNAVAILABLE) ?? 'unavailable', details)
