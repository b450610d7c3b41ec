import { Choice, Choices } from '../../components/Choices.tsx'
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
      <Choices
        title={t('servers.kind')}
        value={fields.kind}
        choose={(kind) => change(withKind(fields, kind as ServerFields['kind']))}
      >
        <Choice
          value="service"
          name={t('servers.service')}
          detail={t('servers.serviceText', { host: openObdService.host })}
        />
        <Choice value="other" name={t('servers.other')} />
      </Choices>
      {fields.kind === 'service' ? (
        <Choices
          title={t('servers.cluster')}
          value={fields.clusterId}
          choose={(clusterId) => change(withCluster(fields, clusterId))}
        >
          <Choice value="001" name={t('servers.cluster001')} />
          <Choice value="002" name={t('servers.cluster002')} />
        </Choices>
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
