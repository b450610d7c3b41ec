import type { Waiting, WaitingFor } from '../../../shared/waiting.ts'
import type { Tone } from '../../components/Chip.tsx'

const tones: Record<WaitingFor, Tone> = {
  you: 'warning',
  operator: 'warning',
  'control-unit': 'info',
  function: 'info',
  server: 'info',
  link: 'danger',
  nobody: 'neutral',
  ended: 'neutral',
}

/** The colour of each state; words and a shape always say the same. */
export function waitingTone({ for: whom, controlUnit }: Waiting): Tone {
  return controlUnit === 'near-limit' || controlUnit === 'over-limit' ? 'warning' : tones[whom]
}
