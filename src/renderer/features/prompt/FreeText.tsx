import { useState } from 'react'
import { Input, Label, TextField } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { type ControlsProps, SendButton } from './PromptControls.tsx'
import type { PressSource } from './prompt-guard.ts'
import { useFieldFocus } from './use-field-focus.ts'
import { pressSource } from './use-prompt-guard.ts'

const longestText = 16_000

/** A line of text; it can be sent only when there is something in it. */
export function FreeText({ isOpen, choice, answer }: ControlsProps) {
  const { t } = useTranslation()
  const [text, setText] = useState(choice?.kind === 'freetext' ? choice.text : '')
  const field = useFieldFocus(isOpen)
  const isReady = isOpen && text.trim() !== ''
  const send = (source: PressSource) => isReady && answer({ kind: 'freetext', text }, source)
  return (
    <div className="entry">
      <TextField className="field" value={text} onChange={setText} isReadOnly={!isOpen} maxLength={longestText}>
        <Label>{t('prompt.yourAnswer')}</Label>
        <Input
          ref={field}
          className="field__input field__input--large"
          autoComplete="off"
          onKeyDown={(event) => event.key === 'Enter' && !event.nativeEvent.isComposing && send('keyboard')}
        />
      </TextField>
      <SendButton isReady={isReady} onPress={(event) => send(pressSource(event))} />
    </div>
  )
}
