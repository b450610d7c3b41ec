import { launchWorkbench } from '../../e2e/launch.ts'
import { interleaved, type Round, roundOf } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'
import { emptyNode } from './cold-start.ts'

/** Starts the application with a fresh profile; ms from spawning it to the first contentful paint of its window. */
async function firstPaint(tickets: number[]): Promise<Round> {
  const begin = performance.timeOrigin + performance.now()
  const workbench = await launchWorkbench()
  try {
    await workbench.window.start.ticket('7848095').waitFor()
    tickets.push(performance.timeOrigin + performance.now() - begin)
    const painted = await workbench.page.evaluate(() => {
      const paint = performance.getEntriesByName('first-contentful-paint')[0]
      return paint === undefined ? undefined : performance.timeOrigin + paint.startTime
    })
    if (painted === undefined) throw new Error('The window was never painted.')
    return { samples: [painted - begin], processor: 0 }
  } finally {
    await workbench.close()
  }
}

/** Cold start of the application to its first contentful paint, against `node -e 0`. */
export async function windowColdStart(): Promise<Row> {
  const tickets: number[] = []
  const [window, node] = await interleaved([() => firstPaint(tickets), (requests) => roundOf(requests, emptyNode)], {
    rounds: 6,
    requests: 1,
  })
  if (!window || !node) throw new Error('Nothing was measured.')
  const our = summarise(window.samples)
  const empty = summarise(node.samples)
  return {
    title: 'cold start of the application ÷ node -e 0',
    numbers: {
      'first contentful paint median ms': our.median,
      'first contentful paint slowest ms': our.p99,
      'tickets shown median ms': summarise(tickets.slice(1)).median,
      'node -e 0 median ms': empty.median / 1_000,
      'starts each': our.count,
    },
    verdicts: [
      { what: 'spawn → first contentful paint', value: our.median, unit: 'ms', atMost: 700 },
      { what: 'spawn → first contentful paint', value: our.median / (empty.median / 1_000), unit: '×' },
    ],
  }
}
