import 'uplot/dist/uPlot.min.css'
import { useEffect, useMemo, useRef } from 'react'
import uPlot from 'uplot'
import type { LinkView } from '../../../shared/session.ts'
import { useTranslation } from '../../i18n/use-translation.tsx'

const height = 72
/** The scale of a fast link; a larger latency extends it by whole steps. */
const scaleStepMs = 100
const shownSeconds = 60

/** The upper end of the scale for a latency. */
export const scaleFor = (highestMs: number): number =>
  Math.max(1, Math.ceil((highestMs * 1.05) / scaleStepMs)) * scaleStepMs

/** The samples to show: those of the minute before the newest one. */
export function shownSamples(samples: LinkView['samples']): LinkView['samples'] {
  const newest = samples.at(-1)?.at ?? 0
  return samples.filter(({ at }) => at >= newest - shownSeconds * 1000)
}

/** The latency of the last minute as a small line chart, newest on the right. Loaded separately: the start screen does not need it. */
export default function LatencyPlot({ samples: all, isStale }: { samples: LinkView['samples']; isStale: boolean }) {
  const { t } = useTranslation()
  const samples = useMemo(() => shownSamples(all), [all])
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const newest = useRef(samples)
  newest.current = samples
  useEffect(() => {
    const element = place.current
    if (element === null) return
    plot.current = createPlot(element, newest.current)
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    const stopWatching = onThemeChange(() => {
      plot.current?.destroy()
      plot.current = createPlot(element, newest.current)
    })
    return () => {
      observer.disconnect()
      stopWatching()
      plot.current?.destroy()
      plot.current = null
    }
  }, [])
  useEffect(() => plot.current?.setData(dataOf(samples)), [samples])
  const latest = Math.round(samples.at(-1)?.latencyMs ?? 0)
  const highest = Math.round(Math.max(0, ...samples.map(({ latencyMs }) => latencyMs)))
  return (
    <div
      className="plot"
      role="img"
      aria-label={isStale ? t('link.plotOld', { highest }) : t('link.plot', { latest, highest })}
    >
      <div ref={place} className="plot__line" />
      <span className="plot__scale">{t('link.milliseconds', { value: scaleFor(highest) })}</span>
      <span className="plot__from">{!isStale && t('link.plotStart', { count: shownSeconds })}</span>
      <span className="plot__to">{t(isStale ? 'link.plotEndOld' : 'link.plotEnd')}</span>
    </div>
  )
}

/** A single value makes no line, so it is drawn as a short one. */
function dataOf(all: LinkView['samples']): uPlot.AlignedData {
  const [only] = all
  const samples = only !== undefined && all.length === 1 ? [{ ...only, at: only.at - 1000 }, only] : all
  return [samples.map(({ at }) => at / 1000), samples.map(({ latencyMs }) => latencyMs)]
}

function createPlot(element: HTMLElement, samples: LinkView['samples']): uPlot {
  const style = getComputedStyle(element)
  const line = style.getPropertyValue('--plot-line').trim()
  const options: uPlot.Options = {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [2, 5, 2, 2],
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { time: false, range: (_plot, _from, to) => [to - shownSeconds, to] },
      y: { range: (_plot, _low, high) => [0, scaleFor(high ?? 0)] },
    },
    series: [
      {},
      {
        stroke: line,
        width: 2,
        fill: style.getPropertyValue('--plot-fill').trim(),
        // Only the newest value has a dot, so that a single value is visible too.
        points: { show: true, size: 7, stroke: line, fill: line, filter: (plot) => [plot.data[0].length - 1] },
      },
    ],
  }
  return new uPlot(options, dataOf(samples), element)
}

function onThemeChange(changed: () => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)')
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  query.addEventListener('change', changed)
  return () => {
    observer.disconnect()
    query.removeEventListener('change', changed)
  }
}
