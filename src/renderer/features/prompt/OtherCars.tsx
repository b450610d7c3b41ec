import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobTile } from '../../../shared/job.ts'
import { Action } from '../../components/Action.tsx'
import { announce } from '../../components/announce.ts'
import { Chip } from '../../components/Chip.tsx'
import { ServerText } from '../../components/ServerText.tsx'
import { visibleText } from '../../components/visible-text.ts'
import { otherCarShown } from '../../store/screen.ts'
import { useScreen, useSlice, useWorkbench } from '../../store/workbench.ts'
import { useShowJob } from '../JobSwitch.tsx'
import { CarPlate, useCarName } from './CarPlate.tsx'
import { isWaiting, type OtherCar, otherCars } from './prompt-order.ts'
import { promptLabel, shortened } from './prompt-text.ts'

/** How many other cars have their own line. */
const mostCars = 3

/**
 * Cars with prompts that are not on the screen. They are listed at the lower edge of the window, where they move nothing. A
 * press on a line shows the car; its questions cannot be answered before.
 */
export function OtherCars() {
  const { t } = useTranslation()
  const prompts = useSlice('prompts')
  const own = useSlice('session')
  const jobs = useSlice('jobs')
  const shown = useScreen((screen) => screen.otherCar)
  const handles = useMemo(() => new Set(jobs.map(({ handle }) => handle)), [jobs])
  const cars = otherCars(prompts, shown?.key ?? own?.handle, handles)
  useSpokenArrivals(cars)
  if (cars.length === 0) return null
  const hidden = cars.length - mostCars
  return (
    <section className="other-cars" aria-label={t('prompt.otherCars')}>
      <ul className="other-cars__list">
        {cars.slice(0, mostCars).map((car) => (
          <OtherCarLine key={car.session.key} car={car} job={jobs.find(({ handle }) => handle === car.session.key)} />
        ))}
      </ul>
      {hidden > 0 && <p className="hint">{t('prompt.moreCars', { count: hidden })}</p>}
    </section>
  )
}

function OtherCarLine({ car, job }: { car: OtherCar; job: JobTile | undefined }) {
  const { t } = useTranslation()
  const { screen } = useWorkbench()
  const { language } = useSlice('settings')
  const nameOf = useCarName()
  const [prompt] = car.prompts
  const showJob = useShowJob()
  const show = () => (job ? showJob(job.id) : otherCarShown(screen, car.session))
  return (
    <li className="other-cars__line">
      <div className="other-cars__text">
        <CarPlate session={car.session} size="small" />
        <p className="other-cars__prompt">
          <ServerText>{shortened(promptLabel(prompt, language), 120)}</ServerText>
        </p>
      </div>
      {car.isWaiting && <Chip tone="info">{t('prompt.waiting')}</Chip>}
      <Action look="primary" label={t('prompt.showCar', { car: nameOf(car.session) })} onPress={show}>
        {t('prompt.showCarShort')}
      </Action>
    </li>
  )
}

/** Announces once that a question of another car waits, and which car it is. */
function useSpokenArrivals(cars: readonly OtherCar[]): void {
  const { t } = useTranslation()
  const { language } = useSlice('settings')
  const nameOf = useCarName()
  const spoken = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    const waiting = cars.flatMap(({ prompts }) => prompts.filter(isWaiting))
    const fresh = waiting.find(({ id }) => !spoken.current.has(id))
    spoken.current = new Set(waiting.map(({ id }) => id))
    if (fresh === undefined) return
    const text = shortened(visibleText(promptLabel(fresh, language)), 200)
    announce(t('prompt.announceOtherCar', { car: nameOf(fresh.session), text }), 'polite')
  })
}
