import { serverLimits } from '../server/protocol-choices.ts'

/**
 * The engine's choices where protocol.md says [U], and the documented limits. They are in one file, so that a choice can be
 * changed when the real service turns out to differ. All times in milliseconds of the session clock unless said.
 */

const second = 1000
const minute = 60 * second

/** Limits of protocol.md §1 and §2: documented, or implied by the official client. */
export const limits = {
  /** An available context must be claimed within this time (documented). */
  claimMs: 60 * second,
  /** Validity of a session or monitor token (official client). */
  sessionTokenMs: 5 * minute,
  /** A new session or monitor token comes this often (official client). */
  tokenRotationMs: 2 * minute,
  /** The official client caches a controller token for 5400 s; it gets a margin. */
  controllerTokenMs: 2 * 60 * minute,
  /** The official client caches a broker token for 300 s; it gets a margin. */
  brokerTokenMs: 10 * minute,
  /** Maximum duration of a session (documented). */
  sessionMs: serverLimits.sessionMs,
  /** A final session stays retrievable (documented). */
  retrievableMs: 2 * minute,
  /** One connector information message (documented). */
  connectorInformationMs: second,
} as const

/** What the protocol leaves open, with the engine's answer. */
export const choices = {
  /** State of a session that nobody claimed within 60 s. */
  stateWhenUnclaimed: 'failed',
  /** State of a session whose client vanished: no newer token was issued and the last one expired. */
  stateWhenAbandoned: 'failed',
  /** State of a session whose control stream was idle for an hour. */
  stateWhenIdle: 'failed',
  /** State of a session after four hours. */
  stateWhenTooLong: 'failed',
  /** `SessionInfo.state` while only a child context is active: `active`, because somebody holds a session token. */
  stateWhileOnlyChildActive: 'active',
  /** The first message of the token stream is sent at once, so that a client that reopens the stream has a fresh token. */
  firstTokenAtOnce: true,
  /** getSession and getSessionList include the authentication token until the session is claimed. */
  repeatsAuthenticationToken: true,
  /** `getSession` and `interruptSession` answer NOT_FOUND for a session of another partner, as if it did not exist. */
  hidesForeignSessions: true,
  /** When a session is handed over to a function of another provider, that provider may call functions in it too. */
  hostsMayCallFunctions: true,
  /** Result of a context that ended without a finish call. */
  resultWithoutFinish: 'RESULT_FAILURE',
  /** A monitor stream stays open this long after its final message, unless the client cancels first. */
  monitorLingerMs: 2 * second,
  /**
   * Kind of refusal that ends an open stream whose bus a later `configureBus` leaves out; a bus of the same name takes it over. A stream
   * of terminal 15 names no bus: it stays open, silent until there is a bus for it again.
   */
  refusalWhenBusIsDropped: 'failed-precondition',
  /** Most nested function contexts of one session; it stops functions that call themselves without end. */
  contextDepth: 100,
  /** Most function contexts in the record of a session; the oldest ended ones are left out first. */
  rememberedContexts: 500,
  /** Limits for the variables of one connection, their keys and values; the documentation gives no numbers. */
  connectionVariables: { count: 100, keyLength: 255, valueLength: 4096 },
  /** Most bytes of one list of variables, arguments or results, so that it fits into one message. */
  variableListBytes: 3 * 1024 * 1024,
  /** Weights of the last ten latencies for `healthy`, oldest first. */
  latencyWeights: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
} as const
