import { CircleHelp, Code, FlaskConical, History, Plus, Server, Settings } from 'lucide-react'
import { useMemo } from 'react'
import { Button } from 'react-aria-components'
import { Action } from '../../components/Action.tsx'
import type { Tone } from '../../components/Chip.tsx'
import { Icon } from '../../components/Icon.tsx'
import { isolatedText, visibleText } from '../../components/visible-text.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { dialogOpened, historyChanged } from '../../store/screen.ts'
import { useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { useDeveloperView } from '../job/job-place.ts'
import { otherCars } from '../prompt/prompt-order.ts'
import { useProfileName } from '../servers/use-servers.ts'
import { JobTileButton, ScriptTileButton } from './Tiles.tsx'
import { useNextQuestion } from './use-next-question.ts'
import { useShowJob } from './use-show-job.ts'
import { useSpokenArrivals } from './use-spoken-arrivals.ts'

/** How many scripts have a tile of their own. */
const mostScripts = 20

/** What is always there: the start, one tile per job, the scripts, the server, the developer view and the settings. */
export function Rail() {
  const { t } = useTranslation()
  const isSimulated = useIsSimulated()
  return (
    <header className="rail">
      <p className="rail__brand">
        <span className="rail__mark" aria-hidden="true" />
        <span className="rail__name">{t('app.name')}</span>
      </p>
      {isSimulated && (
        <p className="rail__simulator" role="note">
          <Icon of={FlaskConical} size={18} />
          <span>{t('rail.simulator')}</span>
        </p>
      )}
      <Jobs />
      <Asking />
      <Foot />
    </header>
  )
}

/** The jobs in the order in which they were opened, so that no tile moves under a finger; below them the scripts. */
function Jobs() {
  const { t } = useTranslation()
  const jobs = useSlice('jobs')
  const shown = useSlice('shownJob')
  const isElsewhere = useIsElsewhere()
  const show = useShowJob()
  return (
    <nav className="rail__jobs" aria-label={t('jobs.title')}>
      <Action icon={Plus} look="quiet" isCurrent={shown === null && !isElsewhere} onPress={() => show(null)}>
        <span className="rail__word">{t('screen.start')}</span>
      </Action>
      {jobs.length > 0 && (
        <ul className="tiles" aria-label={t('jobs.title')}>
          {jobs.map((job) => (
            <li key={job.id}>
              <JobTileButton job={job} isShown={job.id === shown && !isElsewhere} show={() => show(job.id)} />
            </li>
          ))}
        </ul>
      )}
      <Scripts />
    </nav>
  )
}

/** In the strip of a narrow window, where tiles may be out of sight: how many others ask. A press shows the next of them. */
function Asking() {
  const { t } = useTranslation()
  const { count, showNext } = useNextQuestion()
  if (count === 0) return null
  return (
    <Button className="rail__asking" aria-label={t('help.asking', { count })} onPress={showNext}>
      <Icon of={CircleHelp} size={22} />
      <span>{count}</span>
    </Button>
  )
}

/** Sessions that were not started here and ask something, and the one on the screen. */
function Scripts() {
  const { t } = useTranslation()
  const prompts = useSlice('prompts')
  const jobs = useSlice('jobs')
  const own = useSlice('session')
  const otherCar = useScreen((screen) => screen.otherCar)
  const isHistory = useScreen(({ isHistoryShown }) => isHistoryShown)
  const handles = useMemo(() => new Set(jobs.map(({ handle }) => handle)), [jobs])
  const cars = useMemo(() => otherCars(prompts, undefined, handles), [prompts, handles])
  const shownKey = isHistory ? undefined : (otherCar?.key ?? own?.handle)
  useSpokenArrivals(cars.filter(({ session }) => session.key !== shownKey))
  const scripts = cars.filter(({ session }) => !handles.has(session.key) && session.key !== own?.handle)
  const isQuiet = otherCar !== null && scripts.every(({ session }) => session.key !== otherCar.key)
  if (scripts.length === 0 && !isQuiet) return null
  const hidden = scripts.length - mostScripts
  return (
    <>
      <p className="rail__title" aria-hidden="true">
        {t('rail.scripts')}
      </p>
      <ul className="tiles" aria-label={t('rail.scripts')}>
        {otherCar !== null && isQuiet && (
          <li>
            <ScriptTileButton session={otherCar} car={undefined} isShown />
          </li>
        )}
        {scripts.slice(0, mostScripts).map((car) => (
          <li key={car.session.key}>
            <ScriptTileButton
              session={car.session}
              car={car}
              isShown={car.session.key === otherCar?.key && !isHistory}
            />
          </li>
        ))}
      </ul>
      {hidden > 0 && <p className="hint">{t('rail.moreScripts', { count: hidden })}</p>}
    </>
  )
}

function Foot() {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const endpoint = useSlice('endpoint')
  const serverName = useProfileName(endpoint.profileId)
  const developer = useDeveloperView()
  const isHistory = useScreen(({ isHistoryShown }) => isHistoryShown)
  return (
    <div className="rail__foot">
      <Action look="quiet" icon={History} isCurrent={isHistory} onPress={() => historyChanged(screen, true)}>
        <span className="rail__word">{t('history.title')}</span>
      </Action>
      <span className="rail__help">
        <Action
          look="quiet"
          icon={CircleHelp}
          label={t('help.open')}
          onPress={() => dialogOpened(screen, { kind: 'help' })}
        >
          <span className="only-heard">{t('help.title')}</span>
        </Action>
      </span>
      <Action
        look="quiet"
        icon={Server}
        label={t('rail.server', { name: isolatedText(serverName) })}
        onPress={() => dialogOpened(screen, { kind: 'servers' })}
      >
        <span className={`dot tone--${statusTone[endpoint.status]}`} aria-hidden="true" />
        <span className="rail__word">{visibleText(serverName)}</span>
      </Action>
      <Action
        look="quiet"
        icon={Settings}
        label={t('rail.settings')}
        onPress={() => dialogOpened(screen, { kind: 'settings' })}
      >
        <span className="rail__word">{t('rail.settings')}</span>
      </Action>
      <Action
        look="quiet"
        icon={Code}
        label={t('rail.developer')}
        isCurrent={developer.isOpen}
        onPress={developer.toggle}
      >
        <span className="only-heard">{t('rail.developer')}</span>
      </Action>
    </div>
  )
}

/** Whether a script or the history is on the screen instead of a job or the start. */
const useIsElsewhere = (): boolean => useScreen(({ otherCar, isHistoryShown }) => otherCar !== null || isHistoryShown)

/**
 * Whether the screen is about a simulated car: the one of the job on the screen, which may be on another server than new jobs.
 * Scripts, the start and the history belong to the server of new jobs.
 */
function useIsSimulated(): boolean {
  const { profileId } = useSlice('endpoint')
  const isChosen = useSlice('profiles').some(({ id, kind }) => id === profileId && kind === 'embedded')
  const shownJob = useSlice('shownJob')
  const isElsewhere = useIsElsewhere()
  const job = useSlice('jobs').find(({ id }) => id === shownJob)
  return isElsewhere ? isChosen : (job?.isSimulated ?? isChosen)
}

const statusTone: Record<'starting' | 'connecting' | 'ready' | 'reconnecting' | 'failed', Tone> = {
  starting: 'info',
  connecting: 'info',
  ready: 'good',
  reconnecting: 'warning',
  failed: 'danger',
}
