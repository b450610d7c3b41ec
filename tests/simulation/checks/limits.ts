import type { CallName } from '../../../src/shared/ipc/contract.ts'

/** Longest time in ms in which a call of the page must have its reply, counted while the computer is awake. */
export const replyLimitMs: Partial<Record<CallName, number>> = {
  // The list before a start, the start, the search for a lost one, and the claim with its questions.
  startSession: 130_000,
  // A running function gets 10 s to stop; the finish is in doubt for 30 s, and each question may take 5 s.
  finishSession: 70_000,
  interruptSession: 90_000,
  answerPrompt: 50_000,
  // The session is held again, then finished or interrupted.
  closeUnfinishedSession: 170_000,
  runFunction: 25_000,
  stopFunction: 2_000,
}
/** The limit of every other call. */
export const otherReplyLimitMs = 40_000
/** Time in which what the server knows must be on the screen, over a link that was good all along. */
export const showLimitMs = 20_000
/** Time after a sleep in which the link is live again (quality.md B.5 row 9), and the first tick has arrived over a slow way. */
export const wakeLimitMs = 3_500
