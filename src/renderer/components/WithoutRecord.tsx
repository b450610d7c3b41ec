import { useTranslation } from '../i18n/use-translation.tsx'
import { Action } from './Action.tsx'

/** The way to go on although the disk does not accept the record. */
export function WithoutRecord({ name, goOn }: { name: string; goOn: () => void }) {
  const { t } = useTranslation()
  return (
    <div className="without-record">
      <p className="hint">{t('journal.without')}</p>
      <Action look="plain" onPress={goOn}>
        {name}
      </Action>
    </div>
  )
}
