import { FieldError, Input, Label, Text, TextField } from 'react-aria-components'
import { longest } from '../../../shared/limits.ts'
import { isSendingEnter } from '../../components/enter-key.ts'
import { pasteOnOneLine } from '../../components/paste-on-one-line.ts'
import { isolatedText } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useDraft } from '../../store/use-draft.ts'
import { type ControlsProps, SendButton } from './PromptControls.tsx'
import type { PressSource } from './prompt-guard.ts'
import { useFieldFocus } from './use-field-focus.ts'
import { pressSource } from './use-prompt-guard.ts'

/** A line of text; it can be sent when it is neither empty nor too long. */
export function FreeText({ prompt, isOpen, isLocked, choice, answer }: ControlsProps) {
  const { t } = useTranslation()
  const [text, setText] = useDraft(`text ${prompt.id}`, choice?.kind === 'freetext' ? choice.text : '')
  const field = useFieldFocus(isOpen)
  const isTooLong = text.length > longest.freeText
  const isReady = isOpen && text.trim() !== '' && !isTooLong
  const send = (source: PressSource) => isReady && answer({ kind: 'freetext', text }, source)
  return (
    <div className="entry">
      <TextField
        className="field"
        value={text}
        onChange={setText}
        isReadOnly={!isOpen && !isLocked}
        isInvalid={isTooLong}
      >
        <Label>{t('prompt.yourAnswer')}</Label>
        <Input
          ref={field}
          className="field__input field__input--large"
          autoComplete="off"
          onPaste={(event) => pasteOnOneLine(event, setText)}
          onKeyDown={(event) => isSendingEnter(event) && send('keyboard')}
        />
        <Text slot="description" className="field__hint">
          {prompt.functionName === ''
            ? t('prompt.goesToSomeFunction')
            : t('prompt.goesTo', { name: isolatedText(prompt.functionName) })}
        </Text>
        <FieldError className="field__error">
          {t('app.tooLong', { count: text.length, maximum: longest.freeText })}
        </FieldError>
      </TextField>
      <SendButton isReady={isReady} onPress={(event) => send(pressSource(event))} />
    </div>
  )
}
