import { expect, test } from '../fixtures.ts'
import type { LaunchedWorkbench } from '../launch.ts'

const first = { ticket: '7848095', plate: 'HB-FC 2108', car: 'Falkenberg Corvo' }
const second = { ticket: '7848112', plate: 'NT 48 216', car: 'Nordlys Tur' }
const third = { ticket: '7848127', plate: 'GR 771 MS', car: 'Maremma Stella' }

async function startOn({ window: { start, jobs, session } }: LaunchedWorkbench, ...tickets: string[]): Promise<void> {
  await expect(start.serverStatus).toHaveText('Ready')
  for (const [index, ticket] of tickets.entries()) {
    if (index > 0) await jobs.newJob()
    await start.startOnListedTicket(ticket)
    await expect(session.state).toHaveText('Active')
  }
}

// @proves Jobs: Eight jobs at once: start, run, be asked, finish in any order
test('three cars at once: each is asked, answered and finished in its own job', async ({ workbench }, testInfo) => {
  const { page, jobs, session, prompt, finish, ended } = workbench.window
  await startOn(workbench, first.ticket, second.ticket, third.ticket)
  await expect(jobs.jobs).toHaveCount(3)

  await test.step('functions run in two of them at the same time', async () => {
    for (const { plate, car } of [first, second]) {
      await jobs.show(plate)
      await expect(page.getByRole('heading', { level: 1 })).toContainText(car)
      await session.runFunction('Identify the car')
      await prompt.asks('Is the ignition switched on?')
    }
    await expect(jobs.asking.filter({ hasText: first.plate })).toHaveAccessibleName(/1 question$/)
  })

  await test.step('a question of another job is answered only in that job', async () => {
    await jobs.show(third.plate)
    await expect(prompt.region).toHaveCount(0)
    await expect(jobs.asking).toHaveCount(2)
    await testInfo.attach('three jobs', { body: await page.screenshot(), contentType: 'image/png' })
    await expect(jobs.job(second.plate)).toContainText('Is the ignition switched on?')
    await jobs.show(second.plate)
    await expect(jobs.shown).toContainText(second.plate)
    await prompt.answer('Is the ignition switched on?', 'Yes')
    await expect(prompt.question).not.toContainText('Is the ignition switched on?')
    await expect(jobs.asking.filter({ hasText: first.plate })).toHaveAccessibleName(/1 question$/)
  })

  await test.step('they are finished in another order than they were started', async () => {
    const ids: string[] = []
    for (const [plate, description] of [
      [third.plate, 'Third car'],
      [first.plate, 'First car'],
    ] as const) {
      await jobs.show(plate)
      await session.openFinishDialog()
      await finish.choose({ results: ['Succeeded'], description })
      await finish.finish()
      await expect(ended.heading).toHaveText('Session finished')
      ids.push(await ended.sessionId())
    }
    const engine = await workbench.engine()
    const records = await Promise.all(ids.map((id) => engine.record(id)))
    expect(records).toMatchObject([
      { ticket_number: third.ticket, accepted_finishes: 1, service_result: { description: 'Third car' } },
      { ticket_number: first.ticket, accepted_finishes: 1, service_result: { description: 'First car' } },
    ])
    await jobs.show(second.plate)
    await expect(session.state).toHaveText('Active')
  })
})

test('a finish dialog belongs to the car for which it was opened, and the page comes back to the same job', async ({
  workbench,
}) => {
  const { page, jobs, session, finish } = workbench.window
  await startOn(workbench, first.ticket, second.ticket)
  await jobs.show(first.plate)
  await session.openFinishDialog()
  await finish.choose({ results: ['Failed'], description: 'For the first car only' })
  await finish.cancel()
  await page.reload()
  await expect(jobs.shown).toContainText(first.plate)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(first.car)
})

// @proves Jobs: A job keeps the server it started on
test('a job keeps its server when another one is chosen for new jobs', async ({ workbench, startEngine }) => {
  const { page, jobs, session, servers, start } = workbench.window
  await startOn(workbench, first.ticket)
  const other = await startEngine()
  await servers.open()
  await servers.add(other.entry('Depot'))
  await servers.select('Depot')
  await servers.close()
  await jobs.newJob()
  await expect(start.serverStatus).toHaveText('Ready')
  await start.startOnListedTicket(second.ticket)
  await expect(session.state).toHaveText('Active')
  await jobs.show(first.plate)
  await expect(session.state).toHaveText('Active')
  await session.runFunction('Identify the car')
  await expect(page.getByRole('region', { name: 'Prompt', exact: true })).toContainText('ignition')
})
