import { ProgressBar } from 'react-aria-components'
import { useNow } from '../../components/use-now.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'

/** Progress of the minimal display time of a label; empty for a label without one. */
export function MinimalTime({ shownAt, durationMs }: { shownAt: number; durationMs: number }) {
  const { t } = useTranslation()
  const [isOver, now] = useProgress(shownAt, durationMs)
  if (durationMs <= 0 || isOver) return null
  const left = Math.max(0, shownAt + durationMs - now)
  const share = 1 - left / durationMs
  return (
    <ProgressBar className="progress" aria-label={t('prompt.minimalTime')} value={share * 100}>
      <div className="progress__track">
        <div className="progress__bar" style={{ transform: `scaleX(${share})` }} />
      </div>
      <span className="progress__text">{t('prompt.secondsLeft', { count: Math.ceil(left / 1000) })}</span>
    </ProgressBar>
  )
}

function useProgress(shownAt: number, durationMs: number): readonly [boolean, number] {
  const first = useNow(null)
  const isOverAtFirst = durationMs <= 0 || first >= shownAt + durationMs
  const now = useNow(isOverAtFirst ? null : 200)
  return [now >= shownAt + durationMs, now]
}
