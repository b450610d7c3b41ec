import { expect, test } from '../fixtures.ts'
import { FloodServer, floodQuestion, floodSession, floodTicket, floodWorkshop } from '../flood-server.ts'
import { writeToLogFor } from '../log-writer.ts'

const servers: FloodServer[] = []
test.afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function serverWith(tickets: number): Promise<FloodServer> {
  const server = new FloodServer({
    ...floodWorkshop,
    tickets: Array.from({ length: tickets }, (_, n) => floodTicket(n)),
  })
  servers.push(server)
  await server.listen()
  return server
}

// @proves Faults: Floods of prompts, tickets and log lines leave the window usable
test('a window with ten thousand tickets draws the visible ones and reaches the last one', async ({ launch }) => {
  const server = await serverWith(10_000)
  const { window } = await launch({ env: { WORKBENCH_ENGINE_CREDENTIALS: undefined, ...server.environment } })
  const { start, settings } = window
  const first = start.ticket('7000000')
  await expect(first).toBeVisible()
  await expect(first).toHaveAttribute('aria-setsize', '10000')
  await expect(first).toHaveAttribute('aria-posinset', '1')
  expect(await start.tickets.getByRole('listitem').count()).toBeLessThan(100)
  await settings.open()
  await settings.close()
  const last = start.ticket('7009999')
  await expect(async () => {
    await start.tickets.evaluate((list) => list.scrollIntoView({ block: 'end' }))
    await expect(last).toBeInViewport({ timeout: 500 })
  }).toPass()
  await expect(last).toHaveAttribute('aria-posinset', '10000')
})

// @proves Faults: Floods of prompts, tickets and log lines leave the window usable
test('of a thousand prompts at once the first is shown and answered, and the others are counted', async ({
  launch,
}) => {
  const server = await serverWith(1)
  const { window } = await launch({ env: { WORKBENCH_ENGINE_CREDENTIALS: undefined, ...server.environment } })
  const { start, prompt } = window
  await expect(start.serverStatus).toHaveText('Ready')
  await server.send([floodSession])
  await server.send(Array.from({ length: 1000 }, (_, number) => floodQuestion(`p${number}`, `Question ${number}?`)))
  await prompt.showOtherCar()
  await prompt.answer(/Question \d+\?/, 'Yes')
  await expect.poll(() => server.answered.size).toBe(1)
})

// @proves Faults: Floods of prompts, tickets and log lines leave the window usable
// @proves Faults: 34 flood of log lines and frames; what a person sees: the newest lines, with the number of dropped ones
test('after thousands of log lines the newest is shown, and a press is answered', async ({ workbench }) => {
  const { start, session, settings, jobs } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  await jobs.toggleDeveloperView()
  await writeToLogFor(await workbench.engine(), '7848112', { seconds: 2, linesPerSecond: 5000 })
  await session.logLines.scrollIntoViewIfNeeded()
  await expect(session.logLine(9999)).toBeInViewport()
  // The page gets at most 1,000 lines a second; how many it did not get stands above the list.
  await expect(session.log).toContainText(/\d,?\d{3} lines were left out/)
  expect(await session.logLines.getByText(/line \d+:/).count()).toBeLessThan(200)
  await settings.open()
  await settings.close()
})

// @proves Faults: Floods of prompts, tickets and log lines leave the window usable
test('of ten thousand session tokens the newest one is kept, and a press is answered', async ({ launch }) => {
  const server = await serverWith(2)
  const workbench = await launch({ env: { WORKBENCH_ENGINE_CREDENTIALS: undefined, ...server.environment } })
  const { start, session, settings, jobs } = workbench.window
  await start.startOnListedTicket('7000001')
  await expect(session.state).toHaveText('Active')
  await jobs.toggleDeveloperView()
  await server.sendTokens(1, 10_000)
  await settings.open()
  await settings.close()
  await expect(session.token).toContainText('10000 times')
})
