import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ClosingAnswer, ClosingView } from '../../../shared/app-state.ts'
import type { Failure } from '../../../shared/outcome.ts'
import type { SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Notice } from '../../components/Notice.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { Window } from '../../components/Window.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useWorkbench } from '../../store/workbench.ts'
import { phaseTones } from '../session/phase-tones.ts'
import { canFinish, canInterrupt } from '../session/session-actions.ts'
import { LeavingText, useLeaving } from './leaving.tsx'

/** Sends the choice of the person; a failure stays until the next choice. */
function useAnswer(handle: string) {
  const workbench = useWorkbench()
  const [sent, setSent] = useState<ClosingAnswer | null>(null)
  const [failure, setFailure] = useState<{ of: ClosingAnswer; why: Failure } | null>(null)
  const answer = async (choice: ClosingAnswer): Promise<boolean> => {
    setSent(choice)
    setFailure(null)
    const outcome = await perform(workbench, 'answerClosing', { handle, answer: choice }, { quiet: true })
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

/** Asks what to do with the open session when the application is closed. */
export function ClosingDialog({ closing, session }: { closing: ClosingView; session: SessionView }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const { sent, failure, answer } = useAnswer(session.handle)
  useSaysThatItIsShown(closing.question)
  const isBusy = sent !== null && sent !== 'stay'
  const finishFirst = async () => {
    if (await answer('stay')) dialogOpened(screen, { kind: 'finish' })
  }
  const back = (
    <Action autoFocus look="primary" isDisabled={isBusy} onPress={() => void answer('stay')}>
      {t('closing.back')}
    </Action>
  )
  return (
    <Window
      title={t('closing.title')}
      role="alertdialog"
      isLocked={isBusy}
      onClose={() => void answer('stay')}
      footer={back}
    >
      <OpenSession session={session} />
      {failure !== null && <Failed of={failure.of} why={failure.why} />}
      {sent === 'interrupt' && <Notice tone="info" role="status" title={t('closing.interrupting')} />}
      {sent === 'leave-open' && <Notice tone="info" role="status" title={t('closing.closing')} />}
      <ul className="items" aria-label={t('closing.ways')}>
        {canFinish(session) && (
          <Way text={<p>{t('closing.finishText')}</p>}>
            <Action isDisabled={isBusy} onPress={() => void finishFirst()}>
              {t('closing.finish')}
            </Action>
          </Way>
        )}
        {canInterrupt(session) && (
          <Way text={<p>{t('closing.interruptText')}</p>}>
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
        <LeaveOpen session={session} isBusy={isBusy} leave={() => void answer('leave-open')} />
      </ul>
    </Window>
  )
}

function OpenSession({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const { target, vehicle, phase } = session
  const subject = t(target.kind === 'ticket' ? 'session.ticket' : 'session.connector', { number: target.number })
  return (
    <div className="item__text">
      <p className="item__title">
        {vehicle.name === undefined ? subject : <ServerText>{vehicle.name}</ServerText>}{' '}
        <Chip tone={phaseTones[phase]}>{t(`session.phase.${phase}`)}</Chip>
      </p>
      <p className="item__numbers">
        {vehicle.name !== undefined && <span>{subject}</span>}
        {vehicle.vin !== undefined && (
          <span>
            {t('session.vin')} <ServerText className="code">{vehicle.vin}</ServerText>
          </span>
        )}
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

function LeaveOpen({ session, isBusy, leave }: { session: SessionView; isBusy: boolean; leave: () => void }) {
  const { t } = useTranslation()
  const leaving = useLeaving(session)
  return (
    <Way text={<LeavingText leaving={leaving} session={session} />}>
      <Action isDisabled={isBusy} onPress={leave}>
        {t(leaving === 'ends-with-engine' ? 'closing.closeAnyway' : 'closing.leave')}
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
