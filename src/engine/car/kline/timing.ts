/** Times of ISO 14230-2 in milliseconds, for the simulated testers and ECUs. */
export const klineTiming = {
  /** Idle time of the line before a wake-up (W5, Tidle). */
  idle: 300,
  /** Low and high part of the wake-up pattern for fast initialisation. */
  pulse: 25,
  /** Tolerance of a pulse. */
  pulseTolerance: 1,
  /** Bits per second of the address in slow initialisation. */
  slowBaud: 5,
  /** Between the address and the synchronisation byte (W1: 60 to 300). */
  w1: 60,
  /** Between the synchronisation byte and the first key byte (W2: 5 to 20). */
  w2: 5,
  /** Between the key bytes (W3: 0 to 20). */
  w3: 5,
  /** Between the second key byte and its complement, and from there to the inverted address (W4: 25 to 50). */
  w4: 25,
  /** Pause between bytes of the ECU (P1: 0 to 20). */
  p1: 1,
  /** Between request and answer (P2: 25 to 50). */
  p2: 25,
  /** Between an answer and the next request of the tester (P3: 55 to 5000). */
  p3: 55,
  /** An ECU ignores a request that begins earlier after its last answer (P3 at least). */
  p3Min: 55,
  /** Without a message for this time the ECU falls asleep (P3 at most). */
  p3Max: 5000,
  /** Pause between bytes of the tester (P4: 5 to 20). */
  p4: 5,
  /** A longer pause within a message breaks it (P1 and P4 at most). */
  longestPause: 20,
} as const

/** Time limit of the tester for messages of the ECU: longer than the standard's, for busy machines. */
export const patience = {
  wakeUp: 500,
  answer: 250,
  pending: 5500,
  /** Time limit for closing a conversation, with StopCommunication. */
  goodbye: 2000,
} as const

/** Address of the tester, and the functional one of the emission system (ISO 14230-4). */
export const testerAddress = 0xf1
/** Functional address of ISO 14230-4. */
export const functionalAddress = 0x33
