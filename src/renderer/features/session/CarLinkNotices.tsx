import type { CarLinkProblem } from '../../../shared/car-link.ts'
import { Notice } from '../../components/Notice.tsx'
import { useTranslation } from '../../i18n/use-translation.tsx'
import { useCarLink, useCarLinkAnnouncements } from './use-car-link.ts'

const serious: ReadonlySet<CarLinkProblem> = new Set(['no-internet', 'unplugged'])
/** `LossNotice` shows these; a slow link has only its chip. */
const elsewhere = ['lost', 'reconnecting', 'server-late', 'slow'] as const
type Shown = Exclude<CarLinkProblem, (typeof elsewhere)[number]>

const isShown = (problem: CarLinkProblem): problem is Shown => !elsewhere.some((one) => one === problem)

/** The problems of the car, and what to do. The announcer reads them aloud. */
export function CarLinkNotices() {
  const { t } = useTranslation()
  const carLink = useCarLink()
  useCarLinkAnnouncements(carLink)
  return carLink.problems.filter(isShown).map((problem) => (
    <Notice key={problem} tone={serious.has(problem) ? 'danger' : 'warning'} title={t(`link.state.${problem}`)}>
      <p>{t(`link.help.${problem}`)}</p>
    </Notice>
  ))
}
