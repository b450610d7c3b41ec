/**
 * Where protocol.md says [U] the engine had to choose; and the documented limits beside it. One place, so that a choice can be
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
  /** A ping with a new broker token goes to every host of functions this often (the real interval is not known). */
  brokerPingMs: 60 * second,
  /** A control stream without any message ends the session (documented). */
  controlStreamIdleMs: 3600 * second,
  /** Maximum duration of a session (documented). */
  sessionMs: 14_400 * second,
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
  /**
   * What begins the hour anew that ends an idle session (`limits.controlStreamIdleMs`): every control that the function sends,
   * whatever its target, and every answer that is accepted. Only control streams are watched; other streams may be silent for ever.
   */
  controlStreamKeptAliveBy: ['control', 'answer'] as readonly ('control' | 'answer')[],
  /** State of a session whose control stream was idle for an hour. */
  stateWhenIdle: 'failed',
  /** State of a session after four hours. */
  stateWhenTooLong: 'failed',
  /** `SessionInfo.state` while only a child context is active: `active`, because somebody holds a session token. */
  stateWhileOnlyChildActive: 'active',
  /** The first message of the token stream comes at once, so that a stream that was reopened heals the session. */
  firstTokenAtOnce: true,
  /** getSession and getSessionList repeat the authentication token, as long as nobody has claimed the session. */
  repeatsAuthenticationToken: true,
  /** `getSession` and `interruptSession` answer NOT_FOUND for a session of another partner, as if there were none. */
  hidesForeignSessions: true,
  /** A provider to whose function a session of another partner was handed over may call functions in it, as its own partner may. */
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
  /** Nested function contexts of one session; functions that call themselves for ever end here. */
  contextDepth: 100,
  /** Function contexts that the record of a session tells about; ended ones beyond that are left out, oldest first. */
  rememberedContexts: 500,
  /** Variables of one connection, and the lengths of their keys and values; the documentation only says that there are limits. */
  connectionVariables: { count: 100, keyLength: 255, valueLength: 4096 },
  /** Bytes of one list of variables, arguments or results; with them it still fits into one message. */
  variableListBytes: 3 * 1024 * 1024,
  /** Time in which the host of a function has to acknowledge a call. */
  callAcknowledgementMs: 10 * second,
  /** A host that has left this many pings unanswered is dropped when the next one is due. */
  missedPings: 2,
  /** A function stream that offers no function is closed after this time; the documentation only says that it is. */
  idleHostMs: 10 * second,
  /** Functions that the broker remembers; the oldest ones that are offline are forgotten first. */
  rememberedFunctions: 1000,
  /** Visibility of a function whose host does not say; it is what the official client says by default. */
  visibilityWhenUnset: 'FUNCTION_VISIBILITY_DASHBOARD',
  /** Longest texts of a function; those beside the id are documented for the Partner API. */
  functionDetails: { idLength: 255, nameLength: 255, versionLength: 50, descriptionLength: 1500 },
  /** Weights of the last ten latencies for `healthy`, oldest first. */
  latencyWeights: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  /** Records of sessions that are no longer retrievable, for the viewer. */
  rememberedRecords: 500,
  /** Events, and contexts and transitions in them, that may wait for a slow viewer before it gets a fresh snapshot instead. */
  viewerQueue: 1000,
  /** Receipts of answers that are remembered so that a repeated call gets the same one. */
  rememberedReceipts: 10_000,
  /**
   * Connections: time to open HTTP/2 (its preface and SETTINGS, real time), those that may be about to, and all together. A
   * workshop has a handful; the numbers keep a flood of them from eating the files and the memory of the machine.
   */
  connections: { openingMs: 5 * second, opening: 256, open: 1024 },
  /** Streams that may be reset in a burst and per second (quality.md A69); Node's own limit of 1000 ends the whole connection. */
  streamResets: { burst: 10_000, perSecond: 1000 },
  /** Largest message in either direction. */
  maxMessageBytes: 4 * 1024 * 1024,
} as const
