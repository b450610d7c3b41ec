import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import uPlot from 'uplot'
import type { LinkView } from '../../../shared/session.ts'

const height = 72
/** A quiet line should not fill the whole height. */
const smallestRangeMs = 100
const shownSeconds = 120

/** The latency of the last two minutes as a small line. Loaded apart: the start screen does not need it. */
export default function LatencyPlot({ samples }: { samples: LinkView['samples'] }) {
  const { t } = useTranslation()
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
  return <div ref={place} className="plot" role="img" aria-label={t('link.plot', { latest, highest })} />
}

function dataOf(samples: LinkView['samples']): uPlot.AlignedData {
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
    padding: [6, 2, 6, 2],
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { time: false, range: (_plot, _from, to) => [to - shownSeconds, to] },
      y: { range: (_plot, _low, high) => [0, Math.max(smallestRangeMs, high * 1.1)] },
    },
    series: [
      {},
      { stroke: line, width: 2, fill: style.getPropertyValue('--plot-fill').trim(), points: { show: false } },
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
