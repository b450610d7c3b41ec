import { useState } from 'react'
import { Checkbox, CheckboxGroup, Label, Radio, RadioGroup, Text } from 'react-aria-components'
import type { Result } from '../../../shared/service-result.ts'
import type { FunctionRun } from '../../../shared/session.ts'
import { isolatedText } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { type Outcome, outcomeOf, outcomes, reasonsOf, resultsFor, withReasons } from './finish-outcomes.ts'
import { type FinishChoice, firstChoice } from './finish-rules.ts'

interface FinishOutcomeProps {
  readonly choice: FinishChoice
  readonly change: (choice: FinishChoice) => void
  readonly run: FunctionRun | undefined
}

/** First how it went, then why. */
export function FinishOutcome({ choice, change, run }: FinishOutcomeProps) {
  const { t } = useTranslation()
  const proposed = firstChoice(run).results
  const [chosen, setChosen] = useState<Outcome | null>(null)
  const outcome = chosen ?? outcomeOf(choice.results)
  const choose = (next: Outcome) => {
    setChosen(next)
    change({ ...choice, results: resultsFor(next, proposed) })
  }
  return (
    <>
      <RadioGroup className="choices" value={outcome} onChange={(value) => choose(value as Outcome)}>
        <Label className="choices__title">{t('finish.result')}</Label>
        {outcome === null && (
          <Text slot="description" className="hint">
            {t('finish.resultMissing')}
          </Text>
        )}
        <div className="choices__grid choices__grid--three">
          {outcomes.map((one) => (
            <Radio key={one} className="choice" value={one} aria-label={t(`finish.outcomes.${one}`)}>
              <span className="choice__box choice__box--round" aria-hidden="true" />
              <span className="choice__text">
                {t(`finish.outcomes.${one}`)}
                <span className="choice__detail">{t(`finish.outcomeDetails.${one}`)}</span>
                {outcomeOf(proposed) === one && <Proposal run={run} />}
              </span>
            </Radio>
          ))}
        </div>
      </RadioGroup>
      {outcome !== null && reasonsOf[outcome].length > 0 && (
        <Reasons choice={choice} change={change} outcome={outcome} proposed={proposed} run={run} />
      )}
    </>
  )
}

function Reasons({
  choice,
  change,
  outcome,
  proposed,
  run,
}: FinishOutcomeProps & { outcome: Outcome; proposed: readonly Result[] }) {
  const { t } = useTranslation()
  const isMissing = !choice.results.some((result) => reasonsOf[outcome].includes(result))
  return (
    <CheckboxGroup
      className="choices"
      value={[...choice.results]}
      onChange={(values) => change({ ...choice, results: withReasons(choice.results, outcome, values) })}
    >
      <Label className="choices__title">{t(outcome === 'failed' ? 'finish.whyFailed' : 'finish.whatIsLeft')}</Label>
      <Text slot="description" className="hint">
        {t(isMissing ? 'finish.reasonMissing' : 'finish.resultHint')}
      </Text>
      <div className="choices__grid">
        {reasonsOf[outcome].map((result) => (
          <Checkbox key={result} className="choice" value={result} aria-label={t(`result.${result}`)}>
            <span className="choice__box" aria-hidden="true" />
            <span className="choice__text">
              {t(`result.${result}`)}
              {proposed.includes(result) && <Proposal run={run} />}
            </span>
          </Checkbox>
        ))}
      </div>
    </CheckboxGroup>
  )
}

/** Where a proposal comes from: the function itself, or the way it ended. */
function Proposal({ run }: { run: FunctionRun | undefined }) {
  const { t } = useTranslation()
  const name = isolatedText(run?.name ?? '')
  const hasSuggested = run?.suggestedResult !== undefined
  return (
    <span className="choice__suggestion">
      {hasSuggested ? t('finish.suggested', { name }) : t('finish.proposed', { name })}
    </span>
  )
}
