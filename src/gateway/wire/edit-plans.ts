import type { TokenKind } from '../../openobd/token.ts'

/**
 * What differs on the two sides of the gateway, by field numbers (wire-format.txt). A token, a whole `SessionInfo`, a
 * `FunctionContext`, the credentials of a client, or a message that contains such fields. Everything else passes byte for byte.
 */
export type FieldPlan =
  | TokenKind
  | 'session-info'
  | 'credentials'
  | 'started-context'
  | 'monitored-context'
  | MessagePlan
/** The fields of a message that are edited. */
export interface MessagePlan {
  readonly [field: number]: FieldPlan
}

/** What is edited in the messages of one rpc. */
export interface RpcPlan {
  readonly request?: FieldPlan
  readonly reply?: FieldPlan
}

/** Fields of `SessionInfo`. */
export const sessionInfoFields = {
  id: 1,
  state: 2,
  createdAt: 3,
  endpoint: 4,
  port: 6,
  authenticationToken: 5,
} as const
/** Fields of `Authenticate`. */
export const credentialFields = { clientId: 1, clientSecret: 2, clusterId: 4 } as const
/** Fields of `FunctionContext`. */
export const contextFields = { id: 1, isFinished: 3, monitorToken: 4, authenticationToken: 5 } as const

const infoReply: RpcPlan = { reply: 'session-info' }

/** The rpcs whose messages are edited, by path. */
export const editPlans: Readonly<Record<string, RpcPlan>> = {
  '/openOBD.v1.sessionController/getSessionControllerToken': { request: 'credentials', reply: { 1: 'controller' } },
  '/openOBD.v1.sessionController/startSessionOnTicket': infoReply,
  '/openOBD.v1.sessionController/startSessionOnConnector': infoReply,
  '/openOBD.v1.sessionController/getSession': infoReply,
  '/openOBD.v1.sessionController/interruptSession': infoReply,
  '/openOBD.v1.sessionController/getSessionList': { reply: { 1: 'session-info' } },
  '/openOBD.v1.session/authenticate': { reply: { 1: 'session' } },
  '/openOBD.v1.session/openSessionTokenStream': { reply: { 1: 'session' } },
  '/openOBD.v1.function/startFunctionContext': { reply: 'started-context' },
  '/openOBD.v1.function/monitorFunctionContext': {
    request: { 4: 'monitor', 5: 'authentication' },
    reply: 'monitored-context',
  },
  '/openOBD.v1.functionBroker/getFunctionBrokerToken': { request: 'credentials', reply: { 1: 'broker' } },
  '/openOBD.v1.functionBroker/runFunction': {
    request: { 3: 'session-info' },
    reply: { 3: { 3: 'session-info' }, 4: 'broker' },
  },
}
