import { useEffect, useState } from 'react'
import type { ClosingAnswer, ClosingView } from '../../../shared/app-state.ts'
import type { JobTile } from '../../../shared/job.ts'
import type { Failure } from '../../../shared/outcome.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Notice } from '../../components/Notice.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { joinedNames, saidName } from '../../components/visible-text.ts'
import { Window } from '../../components/Window.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useWorkbench } from '../../store/workbench.ts'
import { phaseTones } from '../session/phase-tones.ts'
import { LeavingText, useLeaving } from './leaving.tsx'

/** Sends the choice of the person; a failure stays until the next choice. */
function useAnswer(question: number) {
  const workbench = useWorkbench()
  const [sent, setSent] = useState<ClosingAnswer | null>(null)
  const [failure, setFailure] = useState<{ of: ClosingAnswer; why: Failure } | null>(null)
  const answer = async (choice: ClosingAnswer): Promise<boolean> => {
    setSent(choice)
    setFailure(null)
    const outcome = await perform(workbench, 'answerClosing', { question, answer: choice }, { quiet: true })
    // After these choices the application ends; until then nothing else can be chosen.
    if (!outcome.ok || choice === 'stay') setSent(null)
    if (!outcome.ok) setFailure({ of: choice, why: outcome.failure })
    return outcome.ok
  }
  return { sent, failure, answer }
}

/** Confirms to main, for each question, that it is on the screen. */
function useSaysThatItIsShown(question: number): void {
  const workbench = useWorkbench()
  useEffect(() => void perform(workbench, 'closingShown', { question }, { quiet: true }), [workbench, question])
}

/** Asks what to do with the open sessions when the application is closed. */
export function ClosingDialog({ closing: { jobs, question } }: { closing: ClosingView }) {
  const { t } = useTranslation()
  const { sent, failure, answer } = useAnswer(question)
  useSaysThatItIsShown(question)
  const finishFirst = useFinishFirst(() => answer('stay'))
  const isBusy = sent !== null && sent !== 'stay'
  const [only] = jobs.length === 1 ? jobs : []
  const count = jobs.length
  const back = (
    <Action autoFocus look="primary" isDisabled={isBusy} onPress={() => void answer('stay')}>
      {t('closing.back')}
    </Action>
  )
  return (
    <Window
      title={t('closing.title', { count })}
      role="alertdialog"
      isLocked={isBusy}
      onClose={() => void answer('stay')}
      footer={back}
    >
      {jobs.map((job) => (
        <OpenJob key={job.id} job={job} />
      ))}
      {failure !== null && <Failed of={failure.of} why={failure.why} />}
      {sent === 'interrupt' && <Notice tone="info" role="status" title={t('closing.interrupting')} />}
      {sent === 'leave-open' && <Notice tone="info" role="status" title={t('closing.closing')} />}
      <ul className="items" aria-label={t('closing.ways')}>
        {only && only.phase === 'active' && (
          <Way text={<p>{t('closing.finishText')}</p>}>
            <Action isDisabled={isBusy} onPress={() => void finishFirst(only)}>
              {t('closing.finish')}
            </Action>
          </Way>
        )}
        {jobs.every(({ phase }) => phase === 'active') && (
          <Way text={<p>{t('closing.interruptText', { count })}</p>}>
            <Action
              look="danger"
              isBusy={sent === 'interrupt'}
              isDisabled={sent === 'leave-open'}
              onPress={() => void answer('interrupt')}
            >
              {t('closing.interrupt')}
            </Action>
          </Way>
        )}
        <LeaveOpen jobs={jobs} isBusy={isBusy} leave={() => void answer('leave-open')} />
      </ul>
    </Window>
  )
}

/** Shows the job and opens its finish dialog, after the request to close was withdrawn. */
function useFinishFirst(stay: () => Promise<boolean>) {
  const workbench = useWorkbench()
  return async ({ id, handle }: JobTile) => {
    if (!(await stay())) return
    const shown = await perform(workbench, 'showJob', { job: id })
    if (shown.ok) dialogOpened(workbench.screen, { kind: 'finish', handle })
  }
}

function OpenJob({ job }: { job: JobTile }) {
  const { t } = useTranslation()
  const { target, licensePlate, vehicleName, phase } = job
  const lift = saidName(job.lift)
  const number = t(target.kind === 'ticket' ? 'session.ticket' : 'session.connector', { number: target.number })
  const title = joinedNames([licensePlate, vehicleName])
  return (
    <div className="item__text">
      <p className="item__title">
        {title === '' ? number : <bdi>{title}</bdi>} <Chip tone={phaseTones[phase]}>{t(`session.phase.${phase}`)}</Chip>
      </p>
      <p className="item__numbers">
        {title !== '' && <span>{number}</span>}
        {lift !== undefined && <ServerText>{lift}</ServerText>}
      </p>
    </div>
  )
}

function Way({ text, children }: { text: React.ReactNode; children: React.ReactNode }) {
  return (
    <li className="item closing__way">
      <div className="item__text">{text}</div>
      {children}
    </li>
  )
}

function LeaveOpen({ jobs, isBusy, leave }: { jobs: readonly JobTile[]; isBusy: boolean; leave: () => void }) {
  const { t } = useTranslation()
  const leaving = useLeaving(jobs)
  return (
    <Way text={<LeavingText leaving={leaving} />}>
      <Action isDisabled={isBusy} onPress={leave}>
        {t(leaving.kind === 'ends-with-engine' ? 'closing.closeAnyway' : 'closing.leave')}
      </Action>
    </Way>
  )
}

function Failed({ of, why }: { of: ClosingAnswer; why: Failure }) {
  const { t } = useTranslation()
  return (
    <Notice tone="danger" role="alert" title={of === 'interrupt' ? t('closing.interruptFailed') : undefined}>
      <FailureText failure={why} />
      {of === 'interrupt' && <p>{t('closing.interruptFailedHelp')}</p>}
    </Notice>
  )
}
