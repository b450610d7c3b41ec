import { CircleDashed, CircleHelp, Flag, Hourglass, type LucideIcon, ShieldUser, Unplug, Wrench } from 'lucide-react'
import type { JobTile } from '../../../shared/job.ts'
import { Icon } from '../../components/Icon.tsx'
import { isolatedText } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import type { WaitingFor } from './waiting-for.ts'

const shapes: Record<WaitingFor, LucideIcon> = {
  you: CircleHelp,
  operator: ShieldUser,
  function: Wrench,
  server: Hourglass,
  link: Unplug,
  nobody: CircleDashed,
  ended: Flag,
}

/** The shape that stands for a state beside its words. */
export function WaitingShape({ of, size = 22 }: { of: WaitingFor; size?: number }) {
  return <Icon of={shapes[of]} size={size} />
}

/** The state of a job in words. */
export function useWaitingWords(): (job: Pick<JobTile, 'functionName' | 'end'>, waiting: WaitingFor) => string {
  const { t } = useTranslation()
  return ({ functionName, end }, waiting) => {
    if (waiting === 'ended' && end !== undefined) return t(`end.title.${end}`)
    return t(`rail.waiting.${waiting}`, { name: isolatedText(functionName ?? '') })
  }
}
