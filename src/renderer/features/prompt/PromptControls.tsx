import { Check, X } from 'lucide-react'
import { Button, type PressEvent } from 'react-aria-components'
import { assertNever } from '../../../shared/assert-never.ts'
import type { Prompt, PromptChoice, PromptControl } from '../../../shared/prompt.ts'
import { Action } from '../../components/Action.tsx'
import { Notice } from '../../components/Notice.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { FreeText } from './FreeText.tsx'
import { Keypad } from './Keypad.tsx'
import { numberButtons } from './number-input.ts'
import { Options } from './Options.tsx'
import type { PressSource } from './prompt-guard.ts'
import { pressSource } from './use-prompt-guard.ts'

export interface ControlsProps {
  readonly prompt: Prompt
  readonly isOpen: boolean
  /** The way to the server is lost: a value can be typed, but not sent. */
  readonly isLocked: boolean
  /** The given choice, which stays visible after the answer. */
  readonly choice: PromptChoice | undefined
  readonly answer: (choice: PromptChoice, source: PressSource) => void
}

/** The controls that answer a prompt. */
export function PromptControls(props: ControlsProps) {
  const { control } = props.prompt
  if (isImpossible(control)) return <Impossible />
  switch (control.kind) {
    case 'label':
    case 'unknown':
      return null
    case 'yesno':
      return <YesNo {...props} />
    case 'continue':
      return <Continue {...props} />
    case 'freetext':
      return <FreeText {...props} />
    case 'options':
      return <Options {...props} options={control.options} />
    case 'number':
      return <Numbers {...props} minimum={control.minimum} maximum={control.maximum} />
    default:
      return assertNever(control)
  }
}

/** Whether there is no possible answer. A server should have refused such a control. */
const isImpossible = (control: PromptControl): boolean =>
  (control.kind === 'options' && control.options.length === 0) ||
  (control.kind === 'number' && control.minimum > control.maximum)

function Impossible() {
  const { t } = useTranslation()
  return (
    <Notice tone="warning" title={t('prompt.impossibleTitle')}>
      <p>{t('prompt.impossibleText')}</p>
    </Notice>
  )
}

function YesNo({ isOpen, choice, answer }: ControlsProps) {
  const { t } = useTranslation()
  const chosen = choice?.kind === 'yesno' ? choice.yes : undefined
  const press = (yes: boolean) => (event: PressEvent) => answer({ kind: 'yesno', yes }, pressSource(event))
  return (
    <div className="answers answers--two">
      <AnswerButton isOpen={isOpen} isChosen={chosen === true} onPress={press(true)}>
        <Check size={28} aria-hidden="true" /> {t('prompt.yes')}
      </AnswerButton>
      <AnswerButton isOpen={isOpen} isChosen={chosen === false} onPress={press(false)}>
        <X size={28} aria-hidden="true" /> {t('prompt.no')}
      </AnswerButton>
    </div>
  )
}

function Continue({ isOpen, choice, answer }: ControlsProps) {
  const { t } = useTranslation()
  return (
    <div className="answers">
      <AnswerButton
        isOpen={isOpen}
        isChosen={choice !== undefined}
        onPress={(event) => answer({ kind: 'continue' }, pressSource(event))}
      >
        {t('prompt.continue')}
      </AnswerButton>
    </div>
  )
}

function Numbers(props: ControlsProps & { minimum: number; maximum: number }) {
  const { t } = useTranslation()
  const { minimum, maximum, isOpen, choice, answer } = props
  const numbers = numberButtons(minimum, maximum)
  if (numbers === null) return <Keypad {...props} />
  const chosen = choice?.kind === 'number' ? choice.number : undefined
  return (
    <fieldset className="answers answers--numbers" aria-label={t('prompt.numbers')}>
      {numbers.map((number) => (
        <AnswerButton
          key={number}
          isOpen={isOpen}
          isChosen={chosen === number}
          onPress={(event) => answer({ kind: 'number', number }, pressSource(event))}
        >
          {number}
        </AnswerButton>
      ))}
    </fieldset>
  )
}

interface AnswerButtonProps {
  readonly isOpen: boolean
  readonly isChosen: boolean
  readonly onPress: (event: PressEvent) => void
  readonly onPressStart?: () => void
  readonly children: React.ReactNode
}

/** A button that sends an answer. */
export function AnswerButton({ isOpen, isChosen, onPress, onPressStart, children }: AnswerButtonProps) {
  return (
    <Button
      className={`answer ${isChosen ? 'answer--chosen' : ''}`}
      isDisabled={!isOpen}
      onPress={onPress}
      onPressStart={onPressStart}
    >
      {children}
    </Button>
  )
}

/** The button that sends the typed value. */
export function SendButton({ isReady, onPress }: { isReady: boolean; onPress: (event: PressEvent) => void }) {
  const { t } = useTranslation()
  return (
    <Action look="primary" isDisabled={!isReady} onPress={onPress}>
      {t('prompt.send')}
    </Action>
  )
}
