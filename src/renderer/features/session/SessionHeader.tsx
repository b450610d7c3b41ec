import { Activity, CircleStop, Flag } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { CarLink } from '../../../shared/car-link.ts'
import type { SessionView } from '../../../shared/session.ts'
import { Action } from '../../components/Action.tsx'
import { Chip, type Tone } from '../../components/Chip.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { useWorkbench } from '../../store/workbench.ts'
import { phaseTones } from './phase-tones.ts'
import { canFinish, canInterrupt } from './session-actions.ts'
import { carLinkTone, useCarLink } from './use-car-link.ts'

/** Car, ticket and phase, with the buttons to finish and to interrupt. */
export function SessionHeader({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const { target, vehicle, phase } = session
  const carLink = useCarLink()
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
            <Chip tone={toneOf(session, carLink)}>{t(`session.phase.${phase}`)}</Chip>
          </span>
          {carLink.state !== 'none' && (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields.
            <span role="group" aria-label={t('link.now')}>
              <Chip tone={carLinkTone(carLink)} icon={Activity}>
                {t(`link.state.${carLink.state}`)}
              </Chip>
            </span>
          )}
          {target.kind === 'connector' && <Chip>{t('connectors.development')}</Chip>}
        </p>
      </div>
      <div className="session__ways">
        <Action
          icon={CircleStop}
          look="plain"
          isDisabled={!canInterrupt(session)}
          onPress={() => dialogOpened(screen, { kind: 'interrupt-own', handle: session.handle })}
        >
          {t('session.interrupt')}
        </Action>
        <Action
          icon={Flag}
          look="primary"
          isDisabled={!canFinish(session)}
          isBusy={phase === 'finishing'}
          onPress={() => dialogOpened(screen, { kind: 'finish', handle: session.handle })}
        >
          {t('session.finish')}
        </Action>
      </div>
    </header>
  )
}

/** The state is never green beside a dead link. */
function toneOf({ checking, phase }: SessionView, { running }: CarLink): Tone {
  if (checking) return 'warning'
  return running === 'impossible' && phaseTones[phase] === 'good' ? 'neutral' : phaseTones[phase]
}
