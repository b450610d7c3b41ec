import { Play } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { FieldError, Form, Input, Label, Text, TextField } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { typedName } from '../../../shared/typed-text.ts'
import { Action } from '../../components/Action.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { useScreen, useWorkbench } from '../../store/workbench.ts'
import { startSession, useStart } from './use-start.ts'

const longestNumber = 64

/** The typed number and what happens with it. */
function useTypedStart() {
  const workbench = useWorkbench()
  const [number, setNumber] = useState('')
  const [isMissing, setMissing] = useState(false)
  const { start, isBusy, isReady } = useStart()
  const submit = () => {
    if (isBusy || !isReady) return
    const meant = typedName(number)
    if (meant === '') setMissing(true)
    else start({ kind: 'ticket', number: meant })
  }
  const change = (text: string) => {
    setNumber(text)
    setMissing(false)
    if (workbench.screen.getState().startFailure !== null) workbench.screen.setState({ startFailure: null })
  }
  return { number, isMissing, isBusy, isReady, submit, change }
}

/** The field that always works, whatever the server can list. */
export function StartForm({ hasList }: { hasList: boolean }) {
  const { t } = useTranslation()
  const { number, isMissing, isBusy, isReady, submit, change } = useTypedStart()
  const submitted = (event: FormEvent) => {
    event.preventDefault()
    submit()
  }
  return (
    <Form className="panel start-form" aria-label={t('start.title')} onSubmit={submitted}>
      <h1>{t('start.title')}</h1>
      <p className="hint">{t(hasList ? 'start.lead' : 'start.leadTyped')}</p>
      <div className="start-form__row">
        <TextField
          className="field"
          value={number}
          onChange={change}
          isInvalid={isMissing}
          maxLength={longestNumber}
          validationBehavior="aria"
        >
          <Label>{t('start.ticketNumber')}</Label>
          <Input className="field__input field__input--large" autoComplete="off" spellCheck="false" />
          <Text slot="description" className="field__hint">
            {isReady ? t('start.ticketHint') : t('start.notReady')}
          </Text>
          <FieldError className="field__error">{t('start.ticketMissing')}</FieldError>
        </TextField>
        <Action look="primary" icon={Play} isBusy={isBusy} isDisabled={!isReady} onPress={submit}>
          {isBusy ? t('start.starting') : t('start.start')}
        </Action>
      </div>
      <StartFailure />
    </Form>
  )
}

function StartFailure() {
  const workbench = useWorkbench()
  const failure = useScreen((screen) => screen.startFailure)
  const lastStart = useScreen((screen) => screen.lastStart)
  if (failure === null) return null
  const retry = lastStart === null ? undefined : () => void startSession(workbench, lastStart)
  return <FailureNotice failure={failure} retry={retry} />
}
