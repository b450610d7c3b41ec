import {
  CircleDashed,
  CircleHelp,
  Cpu,
  Flag,
  Hourglass,
  type LucideIcon,
  ShieldUser,
  Unplug,
  Wrench,
} from 'lucide-react'
import type { JobTile } from '../../../shared/job.ts'
import type { Waiting, WaitingFor } from '../../../shared/waiting.ts'
import { Icon } from '../../components/Icon.tsx'
import { isolatedText } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'

const shapes: Record<WaitingFor, LucideIcon> = {
  you: CircleHelp,
  operator: ShieldUser,
  'control-unit': Cpu,
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
export function useWaitingWords(): (job: Pick<JobTile, 'functionName' | 'end'>, waiting: Waiting) => string {
  const { t } = useTranslation()
  return ({ functionName, end }, { for: whom, controlUnit = 'silent' }) => {
    if (whom === 'ended' && end !== undefined) return t(`end.title.${end}`)
    if (whom === 'control-unit') return t(`rail.waiting.controlUnit.${controlUnit}`)
    return t(`rail.waiting.${whom}`, { name: isolatedText(functionName ?? '') })
  }
}
