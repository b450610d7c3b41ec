import { useState } from 'react'
import { Switch } from 'react-aria-components'
import type { Profile } from '../../../shared/app-state.ts'
import type { Failure } from '../../../shared/outcome.ts'
import { hiddenCharacterOf } from '../../../shared/typed-text.ts'
import { Action } from '../../components/Action.tsx'
import { EntryForm } from '../../components/EntryForm.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Notice } from '../../components/Notice.tsx'
import { Window } from '../../components/Window.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened, toastRaised } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { AddressFields } from './AddressFields.tsx'
import { Certificates } from './Certificates.tsx'
import { ServerField } from './ServerField.tsx'
import {
  fieldProblems,
  fieldsOf,
  keepsSecret,
  problemsWhileTyping,
  profileInputOf,
  type TextFieldName,
  wayProblemNames,
} from './server-input.ts'
import { WayFields } from './WayFields.tsx'

/** State and actions of the form. */
function useServerForm(profile: Profile | undefined, back: () => void) {
  const workbench = useWorkbench()
  const isProtected = useSlice('secretStorage').protection === 'protected'
  const [fields, setFields] = useState(() => fieldsOf(profile, isProtected))
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
  const keepingHint = useKeepingHint(fields.remember, isKept, isDropped, profile)
  const secretHint =
    character === undefined
      ? keepingHint
      : t('servers.hiddenCharacter', { field: t('servers.clientSecret'), character })
  const field = (name: TextFieldName) => ({
    name,
    value: fields[name],
    problem: problems[name],
    change: (value: string) => setFields({ ...fields, [name]: value }),
  })
  return (
    <>
      <ServerField {...field('name')} label={t('servers.name')} hint={t('servers.nameHint')} />
      <AddressFields fields={fields} problems={problems} change={setFields} />
      <ServerField {...field('clientId')} label={t('servers.clientId')} />
      <ServerField {...field('clientSecret')} label={t('servers.clientSecret')} hint={secretHint} isSecret />
      <Switch
        className="switch"
        isSelected={fields.remember}
        onChange={(remember) => setFields({ ...fields, remember })}
      >
        <span className="switch__track" aria-hidden="true" />
        {t('servers.remember')}
      </Switch>
      <details className="more" open={wayProblemNames.some((name) => problems[name] !== undefined) || undefined}>
        <summary>{t('servers.more')}</summary>
        <div className="form">
          <WayFields fields={fields} problems={problems} change={setFields} profile={profile} />
          <Certificates profile={profile} />
        </div>
      </details>
      {fields.kind === 'other' && (
        <>
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
      )}
    </>
  )
}

/** What becomes of the secret that is typed, or why the stored one is missing. */
function useKeepingHint(remember: boolean, isKept: boolean, isDropped: boolean, profile: Profile | undefined): string {
  const { t } = useTranslation()
  const { protection, isAllowed } = useSlice('secretStorage')
  if (isKept) return t('servers.secretKept')
  if (isDropped) return t('servers.secretDropped')
  if (profile?.secretTrouble === 'lost') return t('servers.secretLost')
  if (profile?.secretTrouble === 'locked') return t('servers.secretLocked')
  if (!remember) return t('servers.secretHint')
  return protection === 'unprotected' && !isAllowed ? t('servers.secretUnprotected') : t('servers.secretStored')
}
