import { Label, Radio, RadioGroup } from 'react-aria-components'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { ServerField } from './ServerField.tsx'
import {
  type FieldProblems,
  openObdService,
  type ServerFields,
  type TextFieldName,
  withCluster,
  withKind,
} from './server-input.ts'

interface AddressFieldsProps {
  readonly fields: ServerFields
  readonly problems: FieldProblems
  readonly change: (fields: ServerFields) => void
}

/** The openOBD service, with its cluster, or any other server, with its address. */
export function AddressFields({ fields, problems, change }: AddressFieldsProps) {
  const { t } = useTranslation()
  const field = (name: TextFieldName) => ({
    name,
    value: fields[name],
    problem: problems[name],
    change: (value: string) => change({ ...fields, [name]: value }),
  })
  return (
    <>
      <Choice
        label={t('servers.kind')}
        value={fields.kind}
        options={{ service: t('servers.service'), other: t('servers.other') }}
        details={{ service: t('servers.serviceText', { host: openObdService.host }) }}
        onChange={(kind) => change(withKind(fields, kind))}
      />
      {fields.kind === 'service' ? (
        <Choice
          label={t('servers.cluster')}
          value={fields.clusterId}
          options={{ '001': t('servers.cluster001'), '002': t('servers.cluster002') }}
          onChange={(clusterId) => change(withCluster(fields, clusterId))}
        />
      ) : (
        <>
          <ServerField {...field('host')} label={t('servers.host')} hint={t('servers.hostHint')} />
          <div className="form__pair">
            <ServerField {...field('port')} label={t('servers.port')} isNumeric />
            <ServerField {...field('clusterId')} label={t('servers.cluster')} hint={t('servers.clusterHint')} />
          </div>
        </>
      )}
    </>
  )
}

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly value: string
  readonly options: Readonly<Record<Value, string>>
  readonly details?: Readonly<Partial<Record<Value, string>>>
  readonly onChange: (value: Value) => void
}

function Choice<Value extends string>({ label, value, options, details, onChange }: ChoiceProps<Value>) {
  return (
    <RadioGroup className="choices" value={value} onChange={(chosen) => onChange(chosen as Value)}>
      <Label className="choices__title">{label}</Label>
      <div className="choices__grid choices__grid--three">
        {(Object.entries(options) as [Value, string][]).map(([option, text]) => (
          <Radio key={option} className="choice" value={option} aria-label={text}>
            <span className="choice__box choice__box--round" aria-hidden="true" />
            <span className="choice__text">
              {text}
              {details?.[option] !== undefined && <span className="choice__detail">{details[option]}</span>}
            </span>
          </Radio>
        ))}
      </div>
    </RadioGroup>
  )
}
