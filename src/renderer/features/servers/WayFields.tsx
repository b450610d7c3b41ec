import { Switch } from 'react-aria-components'
import type { Profile } from '../../../shared/app-state.ts'
import { Choice, Choices } from '../../components/Choices.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { ServerField } from './ServerField.tsx'
import {
  type FieldProblems,
  keepsProxyPassword,
  type ServerFields,
  type TextFieldName,
  withPartnerApi,
} from './server-input.ts'

interface WayFieldsProps {
  readonly fields: ServerFields
  readonly problems: FieldProblems
  readonly change: (fields: ServerFields) => void
  readonly profile: Profile | undefined
}

/** The proxy and the Partner API of a server. */
export function WayFields({ fields, problems, change, profile }: WayFieldsProps) {
  const { t } = useTranslation()
  const field = (name: TextFieldName) => ({
    name,
    value: fields[name],
    problem: problems[name],
    change: (value: string) => change({ ...fields, [name]: value }),
  })
  return (
    <>
      <Choices
        title={t('way.proxy')}
        value={fields.proxyKind}
        choose={(kind) => change({ ...fields, proxyKind: kind as ServerFields['proxyKind'] })}
      >
        {(['system', 'none', 'typed'] as const).map((kind) => (
          <Choice key={kind} value={kind} name={t(`way.${kind}`)} />
        ))}
      </Choices>
      {fields.proxyKind === 'typed' && (
        <>
          <div className="form__pair">
            <ServerField {...field('proxyHost')} label={t('way.proxyHost')} />
            <ServerField {...field('proxyPort')} label={t('way.proxyPort')} isNumeric />
          </div>
          <div className="form__pair">
            <ServerField {...field('proxyUser')} label={t('way.proxyUser')} hint={t('way.proxyUserHint')} />
            <ServerField
              {...field('proxyPassword')}
              label={t('way.proxyPassword')}
              hint={keepsProxyPassword(fields, profile) ? t('way.passwordKept') : undefined}
              isSecret
            />
          </div>
        </>
      )}
      <Switch
        className="switch"
        isSelected={fields.partnerApi}
        onChange={(isOn) => change(withPartnerApi(fields, isOn))}
      >
        <span className="switch__track" aria-hidden="true" />
        {t('way.partnerApiOn')}
      </Switch>
      <p className="hint">{t('way.partnerApiText')}</p>
      {fields.partnerApi && (
        <>
          {fields.restBaseUrl === '' && <p className="hint">{t('way.otherCluster')}</p>}
          <ServerField {...field('restBaseUrl')} label={t('way.restUrl')} />
          <ServerField {...field('tokenUrl')} label={t('way.tokenUrl')} />
          <ServerField {...field('wsUrl')} label={t('way.wsUrl')} />
        </>
      )}
    </>
  )
}
