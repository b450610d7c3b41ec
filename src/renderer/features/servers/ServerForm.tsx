import { useState } from 'react'
import { FieldError, Input, Label, Switch, Text, TextField } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { Profile } from '../../../shared/app-state.ts'
import type { Failure } from '../../../shared/outcome.ts'
import { hiddenCharacterOf } from '../../../shared/typed-text.ts'
import { Action } from '../../components/Action.tsx'
import { EntryForm } from '../../components/EntryForm.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { pasteOnOneLine } from '../../components/paste-on-one-line.ts'
import { Window } from '../../components/Window.tsx'
import { dialogOpened, toastRaised } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import {
  type FieldProblem,
  fieldProblems,
  fieldsOf,
  keepsSecret,
  lengthOf,
  longestField,
  problemsWhileTyping,
  profileInputOf,
  type TextFieldName,
} from './server-input.ts'

/** State and actions of the form. */
function useServerForm(profile: Profile | undefined, back: () => void) {
  const workbench = useWorkbench()
  const [fields, setFields] = useState(() => fieldsOf(profile))
  const [isChecked, setChecked] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const isBusy = useScreen((screen) => screen.pending.has('saveProfile'))
  const problems = fieldProblems(fields, keepsSecret(fields, profile))
  const save = async () => {
    setChecked(true)
    if (isBusy || Object.keys(problems).length > 0) return
    const outcome = await perform(workbench, 'saveProfile', profileInputOf(fields, profile?.id), { quiet: true })
    if (!outcome.ok) return setFailure(outcome.failure)
    toastRaised(workbench.screen, { kind: 'note', note: 'serverSaved' })
    back()
  }
  // Texts that are too long are reported at once, missing ones only after the first attempt.
  const shown = isChecked ? problems : problemsWhileTyping(problems)
  return { fields, setFields, problems: shown, failure, isBusy, save: () => void save() }
}

/** Address and credentials of a server. */
export function ServerForm({ profileId }: { profileId: string | undefined }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const profile = useSlice('profiles').find(({ id }) => id === profileId)
  const back = () => dialogOpened(workbench.screen, { kind: 'servers' })
  const form = useServerForm(profile, back)
  return (
    <Window
      title={t(profile === undefined ? 'servers.add' : 'servers.editTitle')}
      onClose={back}
      footer={
        <>
          <Action onPress={back}>{t('app.cancel')}</Action>
          <Action look="primary" isBusy={form.isBusy} onPress={form.save}>
            {t('app.save')}
          </Action>
        </>
      }
    >
      {form.failure !== null && <FailureNotice failure={form.failure} retry={form.save} />}
      <EntryForm className="form" onSend={form.save}>
        <Fields form={form} profile={profile} />
        <button type="submit" className="only-heard" tabIndex={-1} aria-hidden="true" />
      </EntryForm>
    </Window>
  )
}

function Fields({ form, profile }: { form: ReturnType<typeof useServerForm>; profile: Profile | undefined }) {
  const { t } = useTranslation()
  const { fields, setFields, problems } = form
  const isKept = keepsSecret(fields, profile)
  const isDropped = profile?.hasSecret === true && !isKept
  const character = hiddenCharacterOf(fields.clientSecret)
  const keepingHint = isKept ? 'servers.secretKept' : isDropped ? 'servers.secretDropped' : 'servers.secretHint'
  const secretHint =
    character === undefined
      ? t(keepingHint)
      : t('servers.hiddenCharacter', { field: t('servers.clientSecret'), character })
  const field = (name: TextFieldName) => ({
    name,
    value: fields[name],
    problem: problems[name],
    change: (value: string) => setFields({ ...fields, [name]: value }),
  })
  return (
    <>
      <Field {...field('name')} label={t('servers.name')} hint={t('servers.nameHint')} />
      <Field {...field('host')} label={t('servers.host')} hint={t('servers.hostHint')} />
      <div className="form__pair">
        <Field {...field('port')} label={t('servers.port')} isNumeric />
        <Field {...field('clusterId')} label={t('servers.cluster')} hint={t('servers.clusterHint')} />
      </div>
      <Field {...field('clientId')} label={t('servers.clientId')} />
      <Field {...field('clientSecret')} label={t('servers.clientSecret')} hint={secretHint} isSecret />
      <Switch
        className="switch"
        isSelected={fields.allowPlaintext}
        onChange={(allowPlaintext) => setFields({ ...fields, allowPlaintext })}
      >
        <span className="switch__track" aria-hidden="true" />
        {t('servers.plaintext')}
      </Switch>
      {fields.allowPlaintext && <Notice tone="warning" title={t('servers.plaintextHint')} />}
    </>
  )
}

interface FieldProps {
  readonly name: TextFieldName
  readonly label: string
  readonly hint?: string
  readonly value: string
  readonly problem: FieldProblem | undefined
  readonly change: (value: string) => void
  readonly isSecret?: boolean
  readonly isNumeric?: boolean
}

function Field({ name, label, hint, value, problem, change, isSecret = false, isNumeric = false }: FieldProps) {
  const { t } = useTranslation()
  const texts: Record<FieldProblem, string> = {
    required: t('servers.required'),
    'port-invalid': t('servers.portInvalid'),
    'host-invalid': t('servers.hostInvalid'),
    'too-long': t('app.tooLong', { count: lengthOf(name, value), maximum: longestField[name] ?? 0 }),
  }
  return (
    <TextField
      className="field"
      name={name}
      value={value}
      onChange={change}
      isInvalid={problem !== undefined}
      type={isSecret ? 'password' : 'text'}
      inputMode={isNumeric ? 'numeric' : 'text'}
      validationBehavior="aria"
    >
      <Label>{label}</Label>
      <Input
        className="field__input"
        autoComplete="off"
        spellCheck="false"
        // A secret that was copied from several lines is one secret.
        onPaste={(event) => !isSecret && pasteOnOneLine(event, change)}
      />
      {hint !== undefined && (
        <Text slot="description" className="field__hint">
          {hint}
        </Text>
      )}
      <FieldError className="field__error">{problem === undefined ? '' : texts[problem]}</FieldError>
    </TextField>
  )
}
