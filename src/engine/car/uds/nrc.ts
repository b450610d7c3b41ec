/** Negative response codes of ISO 14229-1 that the simulated ECUs use. */
export const nrc = {
  serviceNotSupported: 0x11,
  subFunctionNotSupported: 0x12,
  incorrectLength: 0x13,
  responseTooLong: 0x14,
  busyRepeatRequest: 0x21,
  conditionsNotCorrect: 0x22,
  /** Of ISO 14230-3: the routine runs. */
  routineNotComplete: 0x23,
  requestSequenceError: 0x24,
  requestOutOfRange: 0x31,
  securityAccessDenied: 0x33,
  invalidKey: 0x35,
  exceededNumberOfAttempts: 0x36,
  requiredTimeDelayNotExpired: 0x37,
  transferDataSuspended: 0x71,
  generalProgrammingFailure: 0x72,
  wrongBlockSequenceCounter: 0x73,
  responsePending: 0x78,
  subFunctionNotSupportedInActiveSession: 0x7e,
  serviceNotSupportedInActiveSession: 0x7f,
  /** The same for services and sub-functions of ISO 14230-3, which has no 0x7E and 0x7F. */
  notSupportedInActiveKwpSession: 0x80,
} as const

/** Service identifier of every negative response. */
export const negativeResponse = 0x7f

/** Codes that an ECU does not send when it was addressed functionally (ISO 14229-1, 7.5). */
export const silentWhenFunctional: ReadonlySet<number> = new Set([
  nrc.serviceNotSupported,
  nrc.subFunctionNotSupported,
  nrc.requestOutOfRange,
  nrc.subFunctionNotSupportedInActiveSession,
  nrc.serviceNotSupportedInActiveSession,
  nrc.notSupportedInActiveKwpSession,
])
