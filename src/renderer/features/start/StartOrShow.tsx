import { Eye, Play } from 'lucide-react'
import type { ConnectionUse } from '../../../shared/app-state.ts'
import type { JobTile } from '../../../shared/job.ts'
import type { SessionTarget } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { isolatedText, saidName } from '../../components/visible-text.ts'
import { formatClock } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useSlice } from '../../store/workbench.ts'
import { useShowJob } from '../rail/use-show-job.ts'
import { useStart } from './use-start.ts'

interface StartOrShowProps {
  readonly target: SessionTarget
  /** The job that is open on the target here. */
  readonly job: JobTile | undefined
  readonly label: string
  readonly look?: 'soft' | 'plain'
  readonly isOffline?: boolean
}

/** Starts a session, or shows the job that is open on the target already. */
export function StartOrShow({ target, job, label, look, isOffline = false }: StartOrShowProps) {
  const { t } = useTranslation()
  const { start, isReady, isBusy, busyWith } = useStart()
  const show = useShowJob()
  if (job !== undefined) {
    const name = isolatedText(saidName(job.licensePlate) ?? saidName(job.vehicleName) ?? target.number)
    return (
      <Action look={look} icon={Eye} label={t('start.showJobOf', { name })} onPress={() => show(job.id)}>
        {t('start.showJob')}
      </Action>
    )
  }
  const isThis = busyWith?.kind === target.kind && busyWith.number === target.number
  return (
    <Action
      look={look}
      icon={Play}
      label={label}
      isBusy={isThis}
      isDisabled={!isReady || isBusy || isOffline}
      onPress={() => start(target)}
    >
      {isThis ? t('start.starting') : t('start.start')}
    </Action>
  )
}

/** That a connection is in use, since when, and what runs there. */
export function InUse({ use, isHere }: { use: ConnectionUse | undefined; isHere: boolean }) {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const isCurrent = useSlice('workshop').status === 'ready'
  const since = use?.since === undefined ? undefined : formatClock(use.since, language)
  return (
    <p className="item__use">
      <Chip tone={isHere ? 'info' : isCurrent ? 'warning' : 'neutral'}>
        {since === undefined ? t('tickets.inUse') : t('tickets.inUseSince', { time: since })}
      </Chip>
      {isHere && <Chip tone="info">{t('tickets.inUseHere')}</Chip>}
      {use?.functionName !== undefined && (
        <span className="hint">{t('tickets.runs', { name: isolatedText(use.functionName) })}</span>
      )}
    </p>
  )
}
