import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { launchWorkbench } from '../../e2e/launch.ts'
import { ManyLifts } from '../../tests/support/many-lifts.ts'
import { summarise } from '../statistics.ts'
import type { Row } from '../table.ts'

const jobs = 8
const switches = 64
const script = readFileSync(join(import.meta.dirname, '../page/note-switches.js'), 'utf8')

/** From a press on the tile of a job until the page shows that job, with eight jobs open in the real window. */
export async function jobSwitch(): Promise<Row> {
  await using lifts = await ManyLifts.write(jobs)
  const workbench = await launchWorkbench({ engineArgs: ['--workshop', lifts.file] })
  const { page, start, session, jobs: rail } = workbench.window
  try {
    const tickets = Array.from({ length: jobs }, (_, index) => String(5_000_001 + index))
    for (const [index, ticket] of tickets.entries()) {
      if (index > 0) await rail.newJob()
      await start.startOnListedTicket(ticket)
      await session.carLink.getByText('Live').waitFor()
    }
    await page.evaluate(script)
    const samples: number[] = []
    for (let number = 0; number < switches; number += 1) {
      const index = number % jobs
      samples.push(
        await page.evaluate(
          ([tile, ticket]) => {
            const go = Reflect.get(globalThis, 'switchTo') as (tile: number, ticket: string) => Promise<number>
            return go(tile, ticket)
          },
          [index, tickets[index] ?? ''] as const,
        ),
      )
      await pause(120 + Math.random() * 17)
    }
    const measured = summarise(samples.slice(jobs))
    return {
      title: `another job on the screen, with ${jobs} open`,
      numbers: { 'median ms': measured.median, 'p99 ms': measured.p99, switches: measured.count },
      verdicts: [{ what: 'press on a tile → its job painted, median', value: measured.median, unit: 'ms', atMost: 50 }],
    }
  } finally {
    await workbench.close()
  }
}
