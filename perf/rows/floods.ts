import { setTimeout as pause } from 'node:timers/promises'
import type { CDPSession } from '@playwright/test'
import {
  FloodServer,
  floodConnector,
  floodQuestion,
  floodSession,
  floodTicket,
  floodWorkshop,
} from '../../e2e/flood-server.ts'
import { type LaunchedWorkbench, launchWorkbench } from '../../e2e/launch.ts'
import { writeToLogFor } from '../../e2e/log-writer.ts'
import type { WorkshopEvent } from '../../src/openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { pageProcess, residentMiB } from '../memory.ts'
import type { Row } from '../table.ts'

/** Time from a press on Settings until its dialog has been drawn, in ms. */
async function pressed({ page }: LaunchedWorkbench): Promise<number> {
  const begin = performance.now()
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('dialog', { name: 'Settings' }).waitFor()
  const time = performance.now() - begin
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  return time
}

/** JavaScript heap of the page, in MB. */
async function heap(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'JSHeapTotalSize')?.value ?? 0) / 1e6
}

interface Measured {
  /** The slowest of three presses after the flood. */
  readonly pressMs: number
  readonly heapMb: number
  /** Resident memory of the page's process; undefined where the system does not report it. */
  readonly processMb: number | undefined
}

/** Time of a press at the end of a flood, and the memory of the page. */
async function measured(workbench: LaunchedWorkbench, flood: () => Promise<number | undefined>): Promise<Measured> {
  const session = await workbench.page.context().newCDPSession(workbench.page)
  await session.send('Performance.enable')
  await workbench.page.getByRole('region', { name: 'Server' }).getByText('Ready').waitFor()
  const first = await flood()
  const presses = [first ?? (await pressed(workbench)), await pressed(workbench), await pressed(workbench)]
  const process = pageProcess(workbench.app.process().pid ?? 0)
  return {
    pressMs: Math.max(...presses),
    heapMb: await heap(session),
    processMb: process === undefined ? undefined : residentMiB(process) * 1.048576,
  }
}

/** One flood from a server, on an application of its own. */
async function flooded(
  snapshot: NonNullable<WorkshopEvent['snapshot']>,
  flood: (server: FloodServer, workbench: LaunchedWorkbench) => Promise<number | undefined>,
): Promise<Measured> {
  const server = new FloodServer(snapshot)
  await server.listen()
  const workbench = await launchWorkbench({ env: { WORKBENCH_ENGINE_CREDENTIALS: undefined, ...server.environment } })
  try {
    return await measured(workbench, () => flood(server, workbench))
  } finally {
    await workbench.close()
    server.close()
  }
}

/** Script log lines of another session for some seconds while the log of our session is on the screen. */
async function floodedLog(linesPerSecond: number, seconds = 20): Promise<Measured> {
  const workbench = await launchWorkbench()
  try {
    return await measured(workbench, async () => {
      await workbench.window.start.startOnListedTicket('7848095')
      // The developer view of the start closes when the session starts.
      await workbench.window.session.carLink.getByText('Live').waitFor()
      await workbench.window.jobs.toggleDeveloperView()
      const engine = await workbench.engine()
      await writeToLogFor(engine, '7848112', { seconds: 1, linesPerSecond: 40 })
      await workbench.window.session.logLines.scrollIntoViewIfNeeded()
      await writeToLogFor(engine, '7848112', { seconds, linesPerSecond })
      return undefined
    })
  } finally {
    await workbench.close()
  }
}

function* range(count: number) {
  for (let number = 0; number < count; number += 1) yield number
}
/** Shows the other car and answers its first question; time from the press on Yes until the server has the answer, in ms. */
async function answered({ page }: LaunchedWorkbench, server: FloodServer): Promise<number> {
  await page.getByRole('list', { name: 'Scripts' }).getByRole('button').first().click()
  const yes = page
    .getByRole('region', { name: 'Prompt', exact: true })
    .getByRole('button', { name: 'Yes', exact: true })
  await yes.and(page.locator(':enabled')).waitFor()
  const begin = performance.now()
  await yes.click()
  for (let looks = 0; looks < 3000 && server.answered.size === 0; looks += 1) await pause(5)
  return ([...server.answered.values()][0] ?? Number.POSITIVE_INFINITY) - begin
}

const floods: Readonly<Record<string, () => Promise<Measured>>> = {
  '1,000 prompts at once': () =>
    flooded(floodWorkshop, async (server, workbench) => {
      await server.send([floodSession])
      await server.send([...range(1000)].map((number) => floodQuestion(`p${number}`, `Question ${number}?`)))
      return answered(workbench, server)
    }),
  '5,000 connectors a second': () =>
    flooded(
      { ...floodWorkshop, connectors: [...range(50)].map((number) => floodConnector(number, 12)) },
      async (server) => {
        for (const second of range(5)) {
          const begin = performance.now()
          await server.send(
            [...range(5000)].map((number) => ({ connector_changed: floodConnector(number % 50, 12 + second / 10) })),
          )
          await pause(Math.max(0, 1000 - (performance.now() - begin)))
        }
        return undefined
      },
    ),
  '5,000 session tokens a second': () =>
    flooded(floodWorkshop, async (server, { window }) => {
      await window.start.startOnListedTicket('7000001')
      await window.session.state.waitFor()
      for (const second of range(5)) {
        const begin = performance.now()
        await server.sendTokens(1 + second * 5000, 5000)
        await pause(Math.max(0, 1000 - (performance.now() - begin)))
      }
      return undefined
    }),
  '10,000 tickets': () =>
    flooded({ ...floodWorkshop, tickets: [...range(10_000)].map(floodTicket) }, async () => undefined),
  '1,000 log lines a second, log on the screen': () => floodedLog(1000),
  '5,000 log lines a second, log on the screen': () => floodedLog(5000),
  'a label of 200 KB': () =>
    flooded(floodWorkshop, async (server, workbench) => {
      await server.send([floodSession, floodQuestion('long', 'x'.repeat(200_000))])
      return answered(workbench, server)
    }),
  'a label of 3.9 MiB': () =>
    flooded(floodWorkshop, async (server, workbench) => {
      await server.send([floodSession, floodQuestion('long', 'x'.repeat(3.9 * 1024 * 1024))])
      return answered(workbench, server)
    }),
}

/** Time of a press and heap of the page after each kind of flood that a server or a function can send. */
export async function floodsRow(): Promise<Row> {
  const numbers: Record<string, number> = {}
  const verdicts: Row['verdicts'][number][] = []
  for (const [name, flood] of Object.entries(floods)) {
    const { pressMs, heapMb, processMb } = await flood()
    numbers[`${name}: heap of the page, MB`] = heapMb
    verdicts.push({ what: `${name}: slowest of three presses`, value: pressMs, unit: 'ms', atMost: 300 })
    verdicts.push({ what: `${name}: memory of the page in MB`, value: processMb ?? heapMb, unit: '', atMost: 500 })
  }
  return { title: 'after a flood', numbers, verdicts }
}

/** The same for three minutes at 1,000 lines a second. */
export async function longLogFlood(): Promise<Row> {
  const { pressMs, heapMb, processMb } = await floodedLog(1000, 180)
  return {
    title: 'after three minutes of 1,000 log lines a second',
    numbers: { 'heap of the page, MB': heapMb },
    verdicts: [
      { what: 'slowest of three presses', value: pressMs, unit: 'ms', atMost: 300 },
      { what: 'memory of the page in MB', value: processMb ?? heapMb, unit: '', atMost: 500 },
    ],
  }
}
