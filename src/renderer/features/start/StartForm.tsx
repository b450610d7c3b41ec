import { Play } from 'lucide-react'
import { useState } from 'react'
import { FieldError, Input, Label, Text, TextField } from 'react-aria-components'
import { longest } from '../../../shared/limits.ts'
import { typedName } from '../../../shared/typed-text.ts'
import { Action } from '../../components/Action.tsx'
import { EntryForm } from '../../components/EntryForm.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { pasteOnOneLine } from '../../components/paste-on-one-line.ts'
import { WithoutRecord } from '../../components/WithoutRecord.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { draftTyped } from '../../store/screen.ts'
import { useDraft } from '../../store/use-draft.ts'
import { useScreen, useWorkbench } from '../../store/workbench.ts'
import { startSession, useStart } from './use-start.ts'

const ticketField = 'ticket number'

/** State and actions of the form. */
function useTypedStart() {
  const workbench = useWorkbench()
  const [number, setNumber] = useDraft(ticketField)
  const [isMissing, setMissing] = useState(false)
  const { start, isBusy, isReady } = useStart()
  const meant = typedName(number)
  const isTooLong = meant.length > longest.targetNumber
  const submit = () => {
    if (isTooLong || isBusy || !isReady) return
    if (meant === '') setMissing(true)
    else {
      // What is being started is no draft any more; the field keeps it while the form is on the screen.
      draftTyped(workbench.screen, ticketField, '')
      start({ kind: 'ticket', number: meant })
    }
  }
  const change = (text: string) => {
    setNumber(text)
    setMissing(false)
    if (workbench.screen.getState().startFailure !== null) workbench.screen.setState({ startFailure: null })
  }
  return { number, length: meant.length, isMissing, isTooLong, isBusy, isReady, submit, change }
}

/** The ticket field, which also works when the server has no lists. */
export function StartForm({ hasList }: { hasList: boolean }) {
  const { t } = useTranslation()
  const { number, length, isMissing, isTooLong, isBusy, isReady, submit, change } = useTypedStart()
  return (
    <EntryForm className="panel start-form" label={t('start.title')} onSend={submit}>
      <h1 tabIndex={-1} data-focus-place="">
        {t('start.title')}
      </h1>
      <p className="hint">{t(hasList ? 'start.lead' : 'start.leadTyped')}</p>
      <div className="start-form__row">
        <TextField
          className="field"
          value={number}
          onChange={change}
          isInvalid={isMissing || isTooLong}
          validationBehavior="aria"
        >
          <Label>{t('start.ticketNumber')}</Label>
          <Input
            className="field__input field__input--large"
            autoComplete="off"
            spellCheck="false"
            onPaste={(event) => pasteOnOneLine(event, change)}
          />
          <Text slot="description" className="field__hint">
            {isReady ? t('start.ticketHint') : t('start.notReady')}
          </Text>
          <FieldError className="field__error">
            {isTooLong ? t('app.tooLong', { count: length, maximum: longest.targetNumber }) : t('start.ticketMissing')}
          </FieldError>
        </TextField>
        <Action look="primary" icon={Play} isBusy={isBusy} isDisabled={!isReady || isTooLong} onPress={submit}>
          {isBusy ? t('start.starting') : t('start.start')}
        </Action>
      </div>
      <StartFailure />
    </EntryForm>
  )
}

function StartFailure() {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const failure = useScreen((screen) => screen.startFailure)
  const lastStart = useScreen((screen) => screen.lastStart)
  if (failure === null) return null
  const start = (more: { withoutRecord?: boolean }) => lastStart && void startSession(workbench, lastStart, more)
  return (
    <>
      <FailureNotice failure={failure} retry={lastStart === null ? undefined : () => start({})} />
      {failure.code === 'not-recorded' && (
        <WithoutRecord name={t('journal.startWithout')} goOn={() => start({ withoutRecord: true })} />
      )}
    </>
  )
}
