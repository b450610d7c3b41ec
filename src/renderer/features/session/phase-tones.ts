import type { SessionPhase } from '../../../shared/session.ts'
import type { Tone } from '../../components/Chip.tsx'

/** The colour of each phase of a session. */
export const phaseTones: Record<SessionPhase, Tone> = {
  starting: 'info',
  claiming: 'info',
  active: 'good',
  finishing: 'info',
  ended: 'neutral',
}
