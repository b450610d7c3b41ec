import {
  Checkbox,
  CheckboxGroup,
  FieldError,
  Label,
  Radio,
  RadioGroup,
  Text,
  TextArea,
  TextField,
} from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { longest } from '../../../shared/limits.ts'
import type { Result, UserFeedback } from '../../../shared/service-result.ts'
import type { FunctionRun } from '../../../shared/session.ts'
import { isolatedText } from '../../components/visible-text.ts'
import { type FinishChoice, isDescriptionTooLong } from './finish-rules.ts'
import { feedbackWireNames, offeredFeedback, offeredResults, resultWireNames } from './wire-names.ts'

interface FinishFieldsProps {
  readonly choice: FinishChoice
  readonly change: (choice: FinishChoice) => void
  readonly run: FunctionRun | undefined
}

/** Results, feedback and description. */
export function FinishFields({ choice, change, run }: FinishFieldsProps) {
  const { t } = useTranslation()
  return (
    <>
      <Results choice={choice} change={change} run={run} />
      <RadioGroup
        className="choices"
        value={choice.feedback}
        onChange={(value) => change({ ...choice, feedback: value as UserFeedback | 'none' })}
      >
        <Label className="choices__title">{t('finish.feedback')}</Label>
        <Text slot="description" className="hint">
          {t('finish.feedbackHint')}
        </Text>
        <div className="choices__grid">
          <FeedbackOption value="none" detail={t('feedbackDetail.none')} />
          {offeredFeedback.map((feedback) => (
            <FeedbackOption key={feedback} value={feedback} detail={feedbackWireNames[feedback]} />
          ))}
        </div>
      </RadioGroup>
      <TextField
        className="field"
        value={choice.description}
        isInvalid={isDescriptionTooLong(choice)}
        validationBehavior="aria"
        onChange={(description) => change({ ...choice, description })}
      >
        <Label>{t('finish.description')}</Label>
        <TextArea className="field__input" rows={3} />
        <Text slot="description" className="field__hint">
          {t('finish.descriptionHint')}
        </Text>
        <FieldError className="field__error">
          {t('app.tooLong', { count: choice.description.trim().length, maximum: longest.description })}
        </FieldError>
      </TextField>
    </>
  )
}

function Results({ choice, change, run }: FinishFieldsProps) {
  const { t } = useTranslation()
  const suggested = run?.suggestedResult?.results ?? []
  const name = isolatedText(run?.name ?? '')
  return (
    <CheckboxGroup
      className="choices"
      value={[...choice.results]}
      onChange={(values) => change({ ...choice, results: offeredResults.filter((result) => values.includes(result)) })}
    >
      <Label className="choices__title">{t('finish.result')}</Label>
      <Text slot="description" className="hint">
        {choice.results.length === 0 ? t('finish.resultMissing') : t('finish.resultHint')}
      </Text>
      <div className="choices__grid">
        {offeredResults.map((result) => (
          <ResultOption
            key={result}
            result={result}
            suggestedBy={suggested.includes(result) ? t('finish.suggested', { name }) : undefined}
          />
        ))}
      </div>
    </CheckboxGroup>
  )
}

function ResultOption({ result, suggestedBy }: { result: Result; suggestedBy: string | undefined }) {
  const { t } = useTranslation()
  return (
    <Checkbox className="choice" value={result} aria-label={t(`result.${result}`)}>
      <span className="choice__box" aria-hidden="true" />
      <span className="choice__text">
        {t(`result.${result}`)}
        <span className="choice__detail">{resultWireNames[result]}</span>
        {suggestedBy !== undefined && <span className="choice__suggestion">{suggestedBy}</span>}
      </span>
    </Checkbox>
  )
}

function FeedbackOption({ value, detail }: { value: UserFeedback | 'none'; detail: string }) {
  const { t } = useTranslation()
  return (
    <Radio className="choice" value={value} aria-label={t(`feedback.${value}`)}>
      <span className="choice__box choice__box--round" aria-hidden="true" />
      <span className="choice__text">
        {t(`feedback.${value}`)}
        <span className="choice__detail">{detail}</span>
      </span>
    </Radio>
  )
}
