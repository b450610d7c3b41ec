import { FieldError, Label, Radio, RadioGroup, Text, TextArea, TextField } from 'react-aria-components'
import { longest } from '../../../shared/limits.ts'
import type { UserFeedback } from '../../../shared/service-result.ts'
import type { FunctionRun } from '../../../shared/session.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { FinishOutcome } from './FinishOutcome.tsx'
import { type FinishChoice, isDescriptionTooLong } from './finish-rules.ts'
import { WireNames } from './WireNames.tsx'
import { offeredFeedback } from './wire-names.ts'

interface FinishFieldsProps {
  readonly choice: FinishChoice
  readonly change: (choice: FinishChoice) => void
  readonly run: FunctionRun | undefined
}

/** Outcome and reason, feedback and description. */
export function FinishFields({ choice, change, run }: FinishFieldsProps) {
  const { t } = useTranslation()
  const { results, feedback } = choice
  return (
    <>
      <FinishOutcome choice={choice} change={change} run={run} />
      <RadioGroup
        className="choices"
        value={feedback}
        onChange={(value) => change({ ...choice, feedback: value as UserFeedback | 'none' })}
      >
        <Label className="choices__title">{t('finish.feedback')}</Label>
        <Text slot="description" className="hint">
          {t('finish.feedbackHint')}
        </Text>
        <div className="choices__grid">
          <FeedbackOption value="none" detail={t('feedbackDetail.none')} />
          {offeredFeedback.map((one) => (
            <FeedbackOption key={one} value={one} />
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
      <WireNames results={results} feedback={feedback === 'none' ? undefined : feedback} />
    </>
  )
}

function FeedbackOption({ value, detail }: { value: UserFeedback | 'none'; detail?: string }) {
  const { t } = useTranslation()
  return (
    <Radio className="choice" value={value} aria-label={t(`feedback.${value}`)}>
      <span className="choice__box choice__box--round" aria-hidden="true" />
      <span className="choice__text">
        {t(`feedback.${value}`)}
        {detail !== undefined && <span className="choice__detail">{detail}</span>}
      </span>
    </Radio>
  )
}
