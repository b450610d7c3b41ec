import { CircleStop, Flag } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { useWorkbench } from '../../store/workbench.ts'
import { phaseTones } from './phase-tones.ts'
import { canFinish, canInterrupt } from './ways-out.ts'

/** Which car, which ticket, how far, and the two ways out. */
export function SessionHeader({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const { target, vehicle, phase } = session
  const subject = t(target.kind === 'ticket' ? 'session.ticket' : 'session.connector', { number: target.number })
  return (
    <header className="session__head">
      <div className="session__title">
        <h1>{vehicle.name === undefined ? subject : <ServerText>{vehicle.name}</ServerText>}</h1>
        <p className="session__facts">
          {vehicle.name !== undefined && <span>{subject}</span>}
          {vehicle.vin !== undefined && (
            <span>
              {t('session.vin')} <ServerText className="code">{vehicle.vin}</ServerText>
            </span>
          )}
          <span role="status" aria-label={t('session.stateLabel')}>
            <Chip tone={session.checking ? 'warning' : phaseTones[phase]}>{t(`session.phase.${phase}`)}</Chip>
          </span>
          {target.kind === 'connector' && <Chip>{t('connectors.development')}</Chip>}
        </p>
      </div>
      <div className="session__ways">
        <Action
          icon={CircleStop}
          look="plain"
          isDisabled={!canInterrupt(session)}
          onPress={() => dialogOpened(screen, { kind: 'interrupt-own' })}
        >
          {t('session.interrupt')}
        </Action>
        <Action
          icon={Flag}
          look="primary"
          isDisabled={!canFinish(session)}
          isBusy={phase === 'finishing'}
          onPress={() => dialogOpened(screen, { kind: 'finish' })}
        >
          {t('session.finish')}
        </Action>
      </div>
    </header>
  )
}
