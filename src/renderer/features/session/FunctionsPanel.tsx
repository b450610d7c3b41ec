import { Play, TriangleAlert, Wrench } from 'lucide-react'
import { useId } from 'react'
import type { FunctionInfo } from '../../../shared/app-state.ts'
import { type RunVerdict, runVerdict } from '../../../shared/run-verdict.ts'
import type { FunctionRun, SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Chip, type Tone } from '../../components/Chip.tsx'
import { Empty } from '../../components/Empty.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Icon } from '../../components/Icon.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useNow } from '../../components/use-now.ts'
import { isolatedText } from '../../components/visible-text.ts'
import { formatDuration } from '../../i18n/format.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { useCarLink } from './use-car-link.ts'

/** The colour of each verdict. */
export const verdictTones: Record<RunVerdict, Tone> = {
  'at-work': 'info',
  success: 'good',
  open: 'warning',
  failure: 'danger',
  'no-result': 'neutral',
  failed: 'danger',
  stopped: 'neutral',
}

/** Whether a function is running. */
export const isRunning = (run: FunctionRun | undefined): boolean =>
  run !== undefined && (run.status === 'starting' || run.status === 'running' || run.status === 'stopping')

/** The functions that can be run in this session. */
export function FunctionsPanel({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const functions = useSlice('functions')
  return (
    <Panel title={t('functions.title')} icon={Wrench}>
      {functions.length === 0 ? (
        <Empty icon={Wrench} title={t('functions.empty')} text={t('functions.emptyText')} />
      ) : (
        <ul className="items">
          {functions.map((info) => (
            <FunctionRow key={info.id} info={info} session={session} />
          ))}
        </ul>
      )}
      {session.functionRun !== undefined && <RunState run={session.functionRun} />}
    </Panel>
  )
}

function FunctionRow({ info, session }: { info: FunctionInfo; session: SessionView }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const { handle, functionRun: run } = session
  const isAsking = useScreen(({ pending }) => pending.has(`run ${handle}`) || pending.has(`stop ${handle}`))
  const isThis = run?.functionId === info.id && isRunning(run)
  // One primary action per screen: the only function until it has run, then Finish.
  const isOnlyWay = useSlice('functions').length === 1 && run === undefined
  const { problems, running } = useCarLink()
  const [problem] = problems
  const adviceId = useId()
  const hasAdvice = problem !== undefined && !isThis
  return (
    <li className="item">
      <div className="item__text">
        <p className="item__title">
          <ServerText>{info.name}</ServerText>
        </p>
        <p className="item__wish">
          <ServerText>{info.description}</ServerText>
        </p>
        {hasAdvice && (
          <p className={`item__advice tone--${running === 'impossible' ? 'danger' : 'warning'}`} id={adviceId}>
            <Icon of={TriangleAlert} size={16} />
            {t(running === 'impossible' ? 'functions.impossible' : 'functions.notAdvisable', {
              reason: t(`link.state.${problem}`),
            })}
          </p>
        )}
      </div>
      <Action
        icon={Play}
        look={isOnlyWay ? 'primary' : 'soft'}
        label={t('functions.run', { name: info.name })}
        isBusy={isThis}
        isDisabled={!isThis && (session.phase !== 'active' || isRunning(run) || isAsking || running === 'impossible')}
        describedBy={hasAdvice ? adviceId : undefined}
        onPress={() =>
          void perform(workbench, 'runFunction', { handle, functionId: info.id }, { pendingKey: `run ${handle}` })
        }
      >
        {t('functions.runShort')}
      </Action>
    </li>
  )
}

function RunState({ run }: { run: FunctionRun }) {
  const { t } = useTranslation()
  const now = useNow(isRunning(run) ? 1000 : null)
  const time = formatDuration(t, (run.endedAt ?? now) - run.startedAt)
  return (
    <div className="run-state">
      <p className="working">
        {isRunning(run) && <span className="spinner" aria-hidden="true" />}
        <ServerText>{run.name}</ServerText>
        <span role="status">
          <RunChip run={run} />
        </span>
        <span className="hint">{time}</span>
      </p>
      {run.failure !== undefined && <FailureNotice failure={run.failure} />}
      <LastWrite run={run} />
    </div>
  )
}

/** Says that a run which did not end well may already have changed something in the car. */
export function LastWrite({ run: { lastWrite } }: { run: FunctionRun }) {
  const { t } = useTranslation()
  if (lastWrite === undefined) return null
  const { bus, id } = lastWrite.address
  const values = { unit: id.toString(16).toUpperCase(), bus: isolatedText(bus) }
  return <Notice tone="warning" role="status" title={t('functions.lastWrite', values)} />
}

/** The result of a run; green only when the function itself reports a success. */
export function RunChip({ run }: { run: FunctionRun }) {
  const { t } = useTranslation()
  const verdict = runVerdict(run)
  const results = run.suggestedResult?.results.filter((result) => result !== 'success') ?? []
  const isTold = verdict === 'open' || verdict === 'failure'
  const words = isTold
    ? results.map((result) => t(`result.${result}`)).join(' · ')
    : t(`functions.status.${run.status}`)
  return <Chip tone={verdictTones[verdict]}>{verdict === 'no-result' ? t('functions.noResult') : words}</Chip>
}
