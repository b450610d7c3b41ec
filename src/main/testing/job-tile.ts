import type { JobTile } from '../../shared/job.ts'
import type { SessionPhase } from '../../shared/session.ts'

/** A job whose session is in this phase. */
export const tileIn = (phase: SessionPhase, handle = 'ours'): JobTile => ({
  id: `job of ${handle}`,
  handle,
  target: { kind: 'ticket', number: '7848095' },
  openedAt: 0,
  serverName: 'Depot',
  profileId: 'remote',
  isSimulated: false,
  phase,
  questions: 0,
  link: 'good',
})
