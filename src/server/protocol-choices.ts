/**
 * The choices of every server of ours where protocol.md says [U], and the documented limits. They are in one file, so that a choice can
 * be changed when the real service turns out to differ. All times in milliseconds of the server's clock unless said.
 */

const second = 1000

/** Limits of protocol.md §1 and §2: documented, or chosen where the real value is not known. */
export const serverLimits = {
  /** A ping with a new broker token goes to every host of functions this often (the real interval is not known). */
  brokerPingMs: 60 * second,
  /** A control stream without any message ends the session (documented). */
  controlStreamIdleMs: 3600 * second,
  /** Maximum duration of a session (documented). */
  sessionMs: 14_400 * second,
} as const

/** What the protocol leaves open, with our answer. */
export const serverChoices = {
  /**
   * What restarts the hour after which an idle session ends (`serverLimits.controlStreamIdleMs`): every control that the function sends,
   * whatever its target, and every answer that is accepted. Only control streams are watched; other streams may be silent for any time.
   */
  controlStreamKeptAliveBy: ['control', 'answer'] as readonly ('control' | 'answer')[],
  /** Time within which a host must acknowledge a call. */
  callAcknowledgementMs: 10 * second,
  /** A host is dropped after this many unanswered pings, when the next one is due. */
  missedPings: 2,
  /** A function stream that offers no function is closed after this time; the documentation gives no number. */
  idleHostMs: 10 * second,
  /** Most functions in the catalogue; the oldest offline functions are removed first. */
  rememberedFunctions: 1000,
  /** Visibility of a function whose host sends none; the default of the official client. */
  visibilityWhenUnset: 'FUNCTION_VISIBILITY_DASHBOARD',
  /** Longest texts of a function; all but the length of the id are documented for the Partner API. */
  functionDetails: { idLength: 255, nameLength: 255, versionLength: 50, descriptionLength: 1500 },
  /** Most records of sessions that are no longer retrievable; the viewer can still read them. */
  rememberedRecords: 500,
  /** Most queued events, contexts and transitions for a slow viewer; beyond it the viewer gets a new snapshot. */
  viewerQueue: 1000,
  /** Most receipts that are kept, so that a repeated answer gets the same receipt. */
  rememberedReceipts: 10_000,
  /**
   * Limits for connections: time to send the HTTP/2 preface and SETTINGS (real time), connections that have not done so yet, and all of them. A
   * workshop has a handful; the limits keep a flood from using up file handles and memory.
   */
  connections: { openingMs: 5 * second, opening: 256, open: 1024 },
  /** Stream resets that are allowed in a burst and per second (quality.md A69); Node's own limit of 1000 closes the whole connection. */
  streamResets: { burst: 10_000, perSecond: 1000 },
  /** Largest message in either direction. */
  maxMessageBytes: 4 * 1024 * 1024,
} as const
