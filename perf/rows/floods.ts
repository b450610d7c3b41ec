import { setTimeout as pause } from 'node:timers/promises'
import type { CDPSession } from '@playwright/test'
import { type LaunchedWorkbench, launchWorkbench } from '../../e2e/launch.ts'
import type { WorkshopEvent } from '../../src/openobd/generated/types/workbench/v1/WorkshopEvent.ts'
import { FloodServer } from '../flood-server.ts'
import type { Row } from '../table.ts'

const car = (number: number) => ({
  number: String(7_000_000 + number),
  id: `ticket-${number}`,
  connector_number: String(900_000_000 + (number % 50)),
  subject: `Ordered work number ${number} with a few words to read`,
  vehicle_name: 'Falkenberg Corvo 2.0 TDI',
  license_plate: `HB-FC ${number}`,
})
const device = (number: number, voltage: number) => ({
  number: String(900_000_000 + number),
  id: `connector-${number}`,
  name: `Lift ${number}`,
  online: true,
  plugged: true,
  voltage,
})
const question = (id: string, label: string) => ({
  prompt_shown: { id, session_id: 's1', function_name: 'Flood', control: { control_yesno: { label } }, shown_at: 1 },
})

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
  readonly pressMs: number
  readonly heapMb: number
}

/** One flood on an application of its own: time of a press at its end, and the largest heap of the page. */
async function flooded(
  snapshot: NonNullable<WorkshopEvent['snapshot']>,
  flood: (server: FloodServer, workbench: LaunchedWorkbench) => Promise<number | undefined>,
): Promise<Measured> {
  const server = new FloodServer(snapshot)
  await server.listen()
  const workbench = await launchWorkbench({ env: { WORKBENCH_ENGINE_CREDENTIALS: undefined, ...server.environment } })
  try {
    const session = await workbench.page.context().newCDPSession(workbench.page)
    await session.send('Performance.enable')
    await workbench.page.getByRole('region', { name: 'Server' }).getByText('Ready').waitFor()
    const first = await flood(server, workbench)
    const presses = [first ?? (await pressed(workbench)), await pressed(workbench), await pressed(workbench)]
    return { pressMs: presses[0] ?? 0, heapMb: await heap(session) }
  } finally {
    await workbench.close()
    server.close()
  }
}

function* range(count: number) {
  for (let number = 0; number < count; number += 1) yield number
}
const lift = { connectors: [device(1, 12.5)], tickets: [car(1)], sessions: [], prompts: [] }
const record = {
  session_changed: { session_id: 's1', state: 'active', connector_number: '900000001' },
} as WorkshopEvent

/** Shows the other car and answers its first question; time from the press on Yes until the server has the answer, in ms. */
async function answered({ page }: LaunchedWorkbench, server: FloodServer): Promise<number> {
  await page
    .getByRole('button', { name: /^Show / })
    .first()
    .click()
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
    flooded(lift, async (server, workbench) => {
      await server.send([record])
      await server.send([...range(1000)].map((number) => question(`p${number}`, `Question ${number}?`)))
      return answered(workbench, server)
    }),
  '5,000 connectors a second': () =>
    flooded({ ...lift, connectors: [...range(50)].map((number) => device(number, 12)) }, async (server) => {
      for (const second of range(5)) {
        const begin = performance.now()
        await server.send(
          [...range(5000)].map((number) => ({ connector_changed: device(number % 50, 12 + second / 10) })),
        )
        await pause(Math.max(0, 1000 - (performance.now() - begin)))
      }
      return undefined
    }),
  '10,000 tickets': () => flooded({ ...lift, tickets: [...range(10_000)].map(car) }, async () => undefined),
  '5,000 log lines a second': () =>
    flooded(lift, async (server) => {
      await server.send([record])
      const content = 'Request 22 F1 87, answer 62 F1 87 35 48 30 39 30 36 30 32 31 4B, and then some more words'
      for (const second of range(20)) {
        const begin = performance.now()
        await server.send(
          [...range(5000)].map((number) => ({
            script_log: { session_id: 's1', level: 'LOG_LEVEL_INFO', at: second, content: `${number} ${content}` },
          })) as WorkshopEvent[],
        )
        await pause(Math.max(0, 1000 - (performance.now() - begin)))
      }
      return undefined
    }),
  'a label of 200 KB': () =>
    flooded(lift, async (server, workbench) => {
      await server.send([record, question('long', 'x'.repeat(200_000))])
      return answered(workbench, server)
    }),
  'a label of 3.9 MiB': () =>
    flooded(lift, async (server, workbench) => {
      await server.send([record, question('long', 'x'.repeat(3.9 * 1024 * 1024))])
      return answered(workbench, server)
    }),
}

/** Time of a press and heap of the page after each kind of flood that a server or a function can send. */
export async function floodsRow(): Promise<Row> {
  const numbers: Record<string, number> = {}
  const verdicts: Row['verdicts'][number][] = []
  for (const [name, flood] of Object.entries(floods)) {
    const { pressMs, heapMb } = await flood()
    numbers[`${name}: heap of the page, MB`] = heapMb
    verdicts.push({ what: `${name}: first press`, value: pressMs, unit: 'ms', atMost: 300 })
    verdicts.push({ what: `${name}: heap of the page in MB`, value: heapMb, unit: '', atMost: 500 })
  }
  return { title: 'after a flood', numbers, verdicts }
}
