import { Car } from 'lucide-react'
import type { VehicleView } from '../../../shared/session.ts'
import { Loading } from '../../components/Empty.tsx'
import { Fact, Facts } from '../../components/Facts.tsx'
import { FailureNotice } from '../../components/FailureNotice.tsx'
import { Panel } from '../../components/Panel.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'

/** What is known about the car. */
export function CarPanel({ vehicle }: { vehicle: VehicleView }) {
  const { t } = useTranslation()
  return (
    <Panel title={t('car.title')} icon={Car}>
      {vehicle.status === 'loading' && <Loading text={t('car.loading')} lines={2} />}
      {vehicle.status === 'unavailable' &&
        (vehicle.failure === undefined ? (
          <p className="hint">{t('car.unavailable')}</p>
        ) : (
          <FailureNotice failure={vehicle.failure} title={t('car.unavailable')} />
        ))}
      <Facts>
        <Fact name={t('car.name')}>{vehicle.name !== undefined && <ServerText>{vehicle.name}</ServerText>}</Fact>
        <Fact name={t('car.vin')}>
          {vehicle.vin !== undefined && <ServerText className="code">{vehicle.vin}</ServerText>}
        </Fact>
        <Fact name={t('car.products')}>
          {vehicle.products.length > 0 && (
            <ServerText>{vehicle.products.map(({ name }) => name).join(', ')}</ServerText>
          )}
        </Fact>
      </Facts>
      {vehicle.status === 'detecting' && (
        <p className="working working--line" role="status">
          <span className="spinner" aria-hidden="true" /> {t('car.detecting')}
        </p>
      )}
      {vehicle.status === 'ready' && (
        <p className="hint">
          {vehicle.ecus.length === 0 ? t('car.noEcus') : t('car.ecuCount', { count: vehicle.ecus.length })}
        </p>
      )}
    </Panel>
  )
}
