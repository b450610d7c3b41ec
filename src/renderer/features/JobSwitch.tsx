import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { JobTile } from '../../shared/job.ts'
import { Action } from '../components/Action.tsx'
import { Chip } from '../components/Chip.tsx'
import { ServerText } from '../components/ServerText.tsx'
import { isolatedText } from '../components/visible-text.ts'
import { otherCarLeft } from '../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../store/workbench.ts'
import { shortened } from './prompt/prompt-text.ts'
import { phaseTones } from './session/phase-tones.ts'

const longestName = 40

/** The open jobs, to change between them; nothing while there is none. */
export function JobSwitch() {
  const { t } = useTranslation()
  const jobs = useSlice('jobs')
  const shown = useSlice('shownJob')
  const show = useShowJob()
  const isOtherCar = useScreen(({ otherCar }) => otherCar !== null)
  if (jobs.length === 0) return null
  return (
    <nav className="job-switch" aria-label={t('jobs.title')}>
      <ul className="job-switch__list">
        {jobs.map((job) => (
          <li key={job.id}>
            <JobButton job={job} isShown={job.id === shown && !isOtherCar} show={() => show(job.id)} />
          </li>
        ))}
        <li>
          <Action icon={Plus} look="quiet" isDisabled={shown === null && !isOtherCar} onPress={() => show(null)}>
            {t('jobs.new')}
          </Action>
        </li>
      </ul>
    </nav>
  )
}

/** Shows a job, or with null the start screen. */
export function useShowJob(): (job: string | null) => void {
  const workbench = useWorkbench()
  return (job) => {
    otherCarLeft(workbench.screen)
    void perform(workbench, 'showJob', { job })
  }
}

function JobButton({ job, isShown, show }: { job: JobTile; isShown: boolean; show: () => void }) {
  const { t } = useTranslation()
  const chosen = useSlice('endpoint').profileId
  const profiles = useSlice('profiles')
  const server = profiles.find(({ id }) => id === chosen)
  const { target, licensePlate, lift, vehicleName, phase, questions, functionName, serverName, isSimulated } = job
  const number = t(target.kind === 'ticket' ? 'session.ticket' : 'session.connector', { number: target.number })
  const title = licensePlate ?? vehicleName ?? number
  const details = [lift, licensePlate ? vehicleName : undefined, functionName].filter((part) => part !== undefined)
  const state = questions > 0 ? t('jobs.questions', { count: questions }) : t(`session.phase.${phase}`)
  const isElsewhere = isSimulated ? server?.kind !== 'embedded' : server?.name !== serverName
  return (
    <Action
      look={isShown ? 'primary' : 'plain'}
      isCurrent={isShown}
      label={`${t('jobs.show', { name: isolatedText([title, ...details].join(', ')) })}, ${state}`}
      onPress={show}
    >
      <span className="job-switch__text">
        <ServerText className="job-switch__title">{shortened(title, longestName)}</ServerText>
        {details.length > 0 && <ServerText>{shortened(details.join(' · '), 2 * longestName)}</ServerText>}
        {isElsewhere && <ServerText>{t('jobs.onServer', { server: shortened(serverName, longestName) })}</ServerText>}
      </span>
      <Chip tone={questions > 0 ? 'warning' : phaseTones[phase]}>{state}</Chip>
    </Action>
  )
}
