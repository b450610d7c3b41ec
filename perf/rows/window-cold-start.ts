import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type Page } from '@playwright/test'
import { launchTarget } from '../../e2e/host.ts'
import { launchWorkbench } from '../../e2e/launch.ts'
import { interleaved, type Round, roundOf } from '../rounds.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'
import { emptyNode } from './cold-start.ts'

const now = () => performance.timeOrigin + performance.now()

/** Times of one start in ms since its process was spawned. */
interface Start {
  /** First contentful paint. */
  readonly painted: number
  /** The first paint of the screen with its field; React has attached its handlers by then. */
  readonly interactive: number
}

/** What the page has noted itself, so that no message from outside is measured. */
async function startOf(page: Page, begin: number): Promise<Start> {
  const field = page.getByRole('textbox', { name: 'Ticket number' })
  await field.waitFor()
  const { paint, usable } = await page.evaluate(async () => {
    interface LargestPaint {
      readonly startTime: number
      readonly element?: { closest(selector: string): unknown } | null
    }
    const [first] = performance.getEntriesByName('first-contentful-paint')
    // The first of the largest paints that belongs to the start screen, not to the words that it is loading.
    const usable = await new Promise<number>((resolve, reject) => {
      setTimeout(() => reject(new Error('The start screen was never painted.')), 10_000)
      new PerformanceObserver((list) => {
        const paints = list.getEntries() as unknown as LargestPaint[]
        const found = paints.find(({ element }) => element?.closest('main'))
        if (found !== undefined) resolve(found.startTime)
      }).observe({ type: 'largest-contentful-paint', buffered: true } as never)
    })
    const origin = performance.timeOrigin
    return { paint: first === undefined ? undefined : origin + first.startTime, usable: origin + usable }
  })
  if (paint === undefined) throw new Error('The window was never painted.')
  return { painted: paint - begin, interactive: Math.max(paint, usable) - begin }
}

async function application(starts: Start[], tickets: number[]): Promise<Round> {
  const begin = now()
  const workbench = await launchWorkbench()
  try {
    const start = await startOf(workbench.page, begin)
    starts.push(start)
    await workbench.window.start.ticket('7848095').waitFor()
    tickets.push(now() - begin)
    return { samples: [start.painted], processor: 0 }
  } finally {
    await workbench.close()
  }
}

/** The same host with nothing but a window. */
async function emptyWindow(starts: Start[]): Promise<Round> {
  const profile = mkdtempSync(join(tmpdir(), 'empty-window-'))
  const begin = now()
  const app = await _electron.launch({
    ...launchTarget,
    args: [join(import.meta.dirname, '../page/empty-window'), `--user-data-dir=${profile}`, '--lang=en-US'],
    env: { ...process.env, WORKBENCH_PROFILE_DIR: profile } as Record<string, string>,
    colorScheme: null,
  })
  try {
    const start = await startOf(await app.firstWindow(), begin)
    starts.push(start)
    return { samples: [start.painted], processor: 0 }
  } finally {
    await app.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** Cold start of the application, against an empty window of the same host and against `node -e 0`, in turns. */
export async function windowColdStart(): Promise<Row> {
  const ours: Start[] = []
  const empty: Start[] = []
  const tickets: number[] = []
  const [, , node] = await interleaved(
    [() => application(ours, tickets), () => emptyWindow(empty), (requests) => roundOf(requests, emptyNode)],
    { rounds: 6, requests: 1 },
  )
  if (!node) throw new Error('Nothing was measured.')
  const median = (starts: readonly Start[], what: keyof Start) =>
    summarise(starts.slice(1).map((one) => one[what])).median
  const [painted, interactive] = [median(ours, 'painted'), median(ours, 'interactive')]
  const [emptyPainted, emptyInteractive] = [median(empty, 'painted'), median(empty, 'interactive')]
  const bare = summarise(node.samples).median / 1_000
  return {
    title: 'cold start of the application ÷ empty window of the same host',
    numbers: {
      'first contentful paint median ms': painted,
      'interactive median ms': interactive,
      'empty window, first contentful paint median ms': emptyPainted,
      'empty window, interactive median ms': emptyInteractive,
      'tickets shown median ms': summarise(tickets.slice(1)).median,
      'node -e 0 median ms': bare,
      'starts each': ours.length - 1,
    },
    verdicts: [
      { what: 'spawn → first contentful paint', value: painted / emptyPainted, unit: '×', atMost: 1.25 },
      { what: 'spawn → ticket field usable', value: interactive / emptyInteractive, unit: '×', atMost: 1.25 },
      { what: 'spawn → first contentful paint', value: painted, unit: 'ms', atMost: 700 },
      { what: 'spawn → first contentful paint ÷ node -e 0', value: painted / bare, unit: '×' },
    ],
  }
}
