import { Delete } from 'lucide-react'
import { Button, FieldError, Input, Label, Text, TextField } from 'react-aria-components'
import { isSendingEnter } from '../../components/enter-key.ts'
import { Icon } from '../../components/Icon.tsx'
import { pasteOnOneLine } from '../../components/paste-on-one-line.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useDraft } from '../../store/use-draft.ts'
import { readNumber } from './number-input.ts'
import { type ControlsProps, SendButton } from './PromptControls.tsx'
import type { PressSource } from './prompt-guard.ts'
import { useFieldFocus } from './use-field-focus.ts'
import { pressSource } from './use-prompt-guard.ts'

/** A number out of a large range: typed, or tapped on large keys. */
export function Keypad(props: ControlsProps & { minimum: number; maximum: number }) {
  const { t } = useTranslation()
  const { prompt, minimum, maximum, isOpen, isLocked, choice, answer } = props
  const [text, setText] = useDraft(`number ${prompt.id}`, choice?.kind === 'number' ? String(choice.number) : '')
  const field = useFieldFocus(isOpen)
  const number = readNumber(text, minimum, maximum)
  const send = (source: PressSource) => isOpen && number.ok && answer({ kind: 'number', number: number.value }, source)
  const problem = number.ok || number.problem === 'empty' ? undefined : problemText(number.problem)
  function problemText(kind: 'not-a-number' | 'too-small' | 'too-large'): string {
    if (kind === 'too-small') return t('prompt.tooSmall', { minimum })
    return kind === 'too-large' ? t('prompt.tooLarge', { maximum }) : t('prompt.notANumber')
  }
  return (
    <div className="entry entry--number">
      <div className="entry__column">
        <TextField
          className="field"
          value={text}
          onChange={setText}
          isReadOnly={!isOpen && !isLocked}
          isInvalid={problem !== undefined}
          inputMode="numeric"
        >
          <Label>{t('prompt.number')}</Label>
          <Input
            ref={field}
            className="field__input field__input--large"
            autoComplete="off"
            onPaste={(event) => pasteOnOneLine(event, setText)}
            onKeyDown={(event) => isSendingEnter(event) && send('keyboard')}
          />
          <Text slot="description" className="field__hint">
            {t('prompt.limits', { minimum, maximum })}
          </Text>
          <FieldError className="field__error">{problem}</FieldError>
        </TextField>
        <SendButton isReady={isOpen && number.ok} onPress={(event) => send(pressSource(event))} />
      </div>
      <Keys
        isOpen={isOpen || isLocked}
        type={(digit) => setText((typed) => typed + digit)}
        erase={() => setText((typed) => typed.slice(0, -1))}
      />
    </div>
  )
}

function Keys({ isOpen, type, erase }: { isOpen: boolean; type: (digit: string) => void; erase: () => void }) {
  const { t } = useTranslation()
  return (
    <fieldset className="keypad" aria-label={t('prompt.keypad')}>
      {['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'].map((digit) => (
        <Button key={digit} className="key" isDisabled={!isOpen} onPress={() => type(digit)}>
          {digit}
        </Button>
      ))}
      <Button className="key key--wide" isDisabled={!isOpen} aria-label={t('prompt.delete')} onPress={erase}>
        <Icon of={Delete} size={24} />
      </Button>
    </fieldset>
  )
}
