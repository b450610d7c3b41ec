import { useCallback, useEffect, useState } from 'react'
import type { TestedStep } from '../../../shared/connection-test.ts'
import type { Failure, Outcome } from '../../../shared/outcome.ts'
import { Action } from '../../components/Action.tsx'
import { Chip, type Tone } from '../../components/Chip.tsx'
import { Loading } from '../../components/Empty.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Window } from '../../components/Window.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useWorkbench } from '../../store/workbench.ts'
import { useProfileName } from './use-servers.ts'

const tones: Record<TestedStep['state'], Tone> = {
  passed: 'good',
  failed: 'danger',
  'not-reached': 'neutral',
  'not-needed': 'neutral',
}

type Result = { readonly steps: readonly TestedStep[] } | { readonly failure: Failure } | null

/** Tests the connection to one server and shows each step; the failed one says why and what to do. */
export function ConnectionTestDialog({ profileId }: { profileId: string }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const name = useProfileName(profileId)
  const [result, setResult] = useState<Result>(null)
  const test = useCallback(async () => {
    setResult(null)
    const args = { profileId }
    const outcome = (await perform(workbench, 'testConnection', args, { quiet: true })) as Outcome<TestedStep[]>
    setResult(outcome.ok ? { steps: outcome.value } : { failure: outcome.failure })
  }, [workbench, profileId])
  useEffect(() => void test(), [test])
  return (
    <Window
      title={t('connectionTest.title', { name })}
      onClose={() => dialogOpened(workbench.screen, { kind: 'servers' })}
      footer={
        <Action look="primary" isBusy={result === null} onPress={() => void test()}>
          {t('connectionTest.again')}
        </Action>
      }
    >
      {result === null && <Loading text={t('connectionTest.testing')} />}
      {result !== null && 'failure' in result && <FailureNotice failure={result.failure} />}
      {result !== null && 'steps' in result && <Steps steps={result.steps} />}
    </Window>
  )
}

function Steps({ steps }: { steps: readonly TestedStep[] }) {
  const { t } = useTranslation()
  const isGood = steps.every(({ state }) => state === 'passed' || state === 'not-needed')
  return (
    <>
      {isGood && <Notice tone="good" role="status" title={t('connectionTest.works')} />}
      <ol className="steps">
        {steps.map(({ step, state, failure }) => (
          <li key={step} className="steps__step">
            <span className="steps__name">{t(`connectionTest.step.${step}`)}</span>
            <Chip tone={tones[state]}>{t(`connectionTest.${state}`)}</Chip>
            {failure !== undefined && (
              <div className="steps__reason" role="alert">
                <FailureText failure={failure} />
              </div>
            )}
          </li>
        ))}
      </ol>
    </>
  )
}
