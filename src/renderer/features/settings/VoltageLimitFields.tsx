import { Input, Label, NumberField } from 'react-aria-components'
import { defaultVoltageLimits, type VoltageLimits, voltageRanges } from '../../../shared/car-link.ts'
import { Action } from '../../components/Action.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { perform, useWorkbench } from '../../store/workbench.ts'

const batteries = [12, 24] as const
const ends = ['low', 'high'] as const
const volts = { minimumFractionDigits: 1, maximumFractionDigits: 1 }

/** The limits of the battery warnings. A number outside its range becomes the nearest one that is allowed. */
export function VoltageLimitFields({ limits }: { limits: VoltageLimits }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const change = (voltageLimits: VoltageLimits) => void perform(workbench, 'setVoltageLimits', { voltageLimits })
  const isUsual = batteries.every((one) => ends.every((end) => limits[one][end] === defaultVoltageLimits[one][end]))
  return (
    <section className="choices" aria-label={t('settings.limits')}>
      <h3>{t('settings.limits')}</h3>
      <p className="hint">{t('settings.limitsText')}</p>
      <div className="limits">
        {batteries.flatMap((one) =>
          ends.map((end) => (
            <NumberField
              key={`${one} ${end}`}
              className="field"
              value={limits[one][end]}
              minValue={voltageRanges[one][end][0]}
              maxValue={voltageRanges[one][end][1]}
              step={0.1}
              formatOptions={volts}
              onChange={(value) => {
                if (Number.isFinite(value)) change({ ...limits, [one]: { ...limits[one], [end]: value } })
              }}
            >
              <Label>{t(end === 'low' ? 'settings.limitLow' : 'settings.limitHigh', { volts: one })}</Label>
              <Input className="field__input" />
            </NumberField>
          )),
        )}
      </div>
      <div>
        <Action isDisabled={isUsual} onPress={() => change(defaultVoltageLimits)}>
          {t('settings.limitsReset')}
        </Action>
      </div>
    </section>
  )
}
