import { Activity, BatteryMedium, CircleStop, Flag, KeyRound } from 'lucide-react'
import type { JobTile } from '../../../shared/job.ts'
import type { SessionView } from '../../../shared/session.ts'
import { waitingFor } from '../../../shared/waiting.ts'
import { Action } from '../../components/Action.tsx'
import { Chip } from '../../components/Chip.tsx'
import { Icon } from '../../components/Icon.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { isolatedText, saidName } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened } from '../../store/screen.ts'
import { perform, useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { isRunning } from '../session/FunctionsPanel.tsx'
import { Dated, Voltage } from '../session/LinkPanel.tsx'
import { canFinish } from '../session/session-actions.ts'
import { carLinkTone, useCarLink } from '../session/use-car-link.ts'
import { Elapsed } from './Elapsed.tsx'
import { useDeveloperView, useJobPlace } from './job-place.ts'
import { useSpokenWaiting } from './use-spoken-waiting.ts'
import { useWaitingWords, WaitingShape } from './WaitingShape.tsx'
import { waitingTone } from './waiting-tones.ts'

/** The tile of the job on the screen. */
export function useShownTile(): JobTile | undefined {
  const shown = useSlice('shownJob')
  return useSlice('jobs').find(({ id }) => id === shown)
}

/** Whose car it is, who is waited for, battery, ignition and link, Stop and Finish. It stays in place while the page scrolls. */
export function JobHeader({ session }: { session: SessionView }) {
  return (
    <header className="job-head">
      <Identity session={session} />
      <Ways session={session} />
      <Waiting session={session} />
      <Values />
    </header>
  )
}

function Identity({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const { target, vehicle, phase } = session
  const tile = useShownTile()
  const number = t(target.kind === 'ticket' ? 'session.ticket' : 'session.connector', { number: target.number })
  const plate = saidName(tile?.licensePlate)
  const lift = saidName(tile?.lift)
  const car = saidName(vehicle.name) ?? saidName(tile?.vehicleName)
  return (
    <div className="job-head__id">
      <h1 tabIndex={-1} data-focus-place="">
        {plate !== undefined && (
          <>
            <ServerText className="job-head__plate">{plate}</ServerText>{' '}
          </>
        )}
        {(car !== undefined || plate === undefined) && (
          <ServerText className="job-head__car">{car ?? number}</ServerText>
        )}
      </h1>
      <p className="job-head__where">
        {lift !== undefined && <ServerText className="job-head__lift">{lift}</ServerText>}
        {(car !== undefined || plate !== undefined) && <span>{number}</span>}
        {target.kind === 'connector' && <Chip>{t('connectors.development')}</Chip>}
      </p>
      <span className="only-heard" role="status" aria-label={t('session.stateLabel')}>
        {t(`session.phase.${phase}`)}
      </span>
    </div>
  )
}

/** Who is waited for. A question that is not on the screen can be opened from here. */
function Waiting({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const prompts = useSlice('prompts')
  const tile = useShownTile()
  const { state } = useCarLink()
  const [place, openPlace] = useJobPlace(session.handle)
  const { isOpen: isDeveloper } = useDeveloperView()
  const words = useWaitingWords()
  const run = session.functionRun
  const functionName = run !== undefined && isRunning(run) ? run.name : tile?.functionName
  const { phaseSince, linkSince, hold, functionSince = run?.startedAt } = tile ?? {}
  const known = { phaseSince, linkSince, hold, functionSince, functionName, end: session.end?.kind }
  const job = { handle: session.handle, phase: session.phase, link: state, ...known }
  const waiting = waitingFor(job, prompts)
  const { for: whom, since } = waiting
  const said = words(job, waiting)
  useSpokenWaiting(waiting, said)
  const isAsking = whom === 'you' || whom === 'operator'
  return (
    <div className={`job-head__waiting tone--${waitingTone(waiting)}`}>
      <WaitingShape of={whom} />
      <strong>{said}</strong>
      {since !== undefined && <Elapsed since={since} />}
      {isAsking && (isDeveloper || place !== 'functions') && (
        <Action look="primary" onPress={() => openPlace('functions')}>
          {t('job.showQuestion')}
        </Action>
      )}
    </div>
  )
}

/** Battery, ignition and the link as one word; old values are grey and have their age. */
function Values() {
  const { t } = useTranslation()
  const carLink = useCarLink()
  const { state, voltage, ignitionOn } = carLink
  if (state === 'none') return null
  return (
    <section className="job-head__values" aria-label={t('job.values')}>
      {voltage !== undefined && (
        <span className="job-head__value" title={t('link.voltage')}>
          <Icon of={BatteryMedium} size={20} />
          <span className="only-heard">{t('link.voltage')} </span>
          <Dated reading={voltage}>
            <Voltage volts={voltage.value} isCurrent={voltage.staleSince === undefined} />
          </Dated>
        </span>
      )}
      {ignitionOn !== undefined && (
        <span className="job-head__value">
          <Icon of={KeyRound} size={18} />
          <span>{t('link.ignition')}</span>
          <Dated reading={ignitionOn}>{t(ignitionOn.value ? 'link.on' : 'link.off')}</Dated>
        </span>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields. */}
      <span role="group" aria-label={t('link.now')}>
        <Chip tone={carLinkTone(carLink)} icon={Activity}>
          {t(`link.state.${state}`)}
        </Chip>
      </span>
    </section>
  )
}

function Ways({ session }: { session: SessionView }) {
  const { t } = useTranslation()
  const workbench = useWorkbench()
  const isAsking = useScreen(({ pending }) => pending.has(`stop ${session.handle}`))
  const { handle, functionRun: run } = session
  const isAtWork = isRunning(run)
  return (
    <div className="job-head__ways">
      {run !== undefined && isAtWork && (
        <Action
          look="danger"
          icon={CircleStop}
          label={t('functions.stop', { name: isolatedText(run.name) })}
          isBusy={run.status === 'stopping' || isAsking}
          onPress={() => void perform(workbench, 'stopFunction', { handle }, { pendingKey: `stop ${handle}` })}
        >
          {t('functions.stopShort')}
        </Action>
      )}
      <Action
        icon={Flag}
        look={run !== undefined && !isAtWork ? 'primary' : 'plain'}
        isDisabled={!canFinish(session)}
        onPress={() => dialogOpened(workbench.screen, { kind: 'finish', handle })}
      >
        {t('session.finish')}
      </Action>
    </div>
  )
}
