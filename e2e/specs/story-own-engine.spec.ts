import { expect, test } from '../fixtures.ts'

// @proves Stories: A mechanic does a whole job on the own engine: ticket, claim, link, car, *Identify the car*, finish; the record has exactly the chosen result
// @proves Stories: `npm start -- --demo` does that job on the visible page
test('a mechanic identifies a car on the embedded engine, from ticket to recorded result', async ({ workbench }) => {
  const { start, session, prompt, finish, ended, jobs } = workbench.window

  await test.step('the workshop shows its tickets and connectors', async () => {
    await expect(start.serverStatus).toHaveText('Ready')
    await expect(start.ticket('7848095')).toContainText('Falkenberg Corvo')
    await expect(start.connector('900101060')).toContainText('Falkenberg Corvo')
  })

  await test.step('a session starts and is claimed', async () => {
    await start.startOnListedTicket('7848095')
    await expect(session.state).toHaveText('Active')
  })

  await test.step('link, car and token are shown', async () => {
    await expect(session.carLink).toHaveText('Live')
    await expect(session.car).toContainText('WFKZZZ8C9MA204417')
    await jobs.toggleDeveloperView()
    await expect(session.link).toContainText('Live')
    await expect(session.link).toContainText(/\d+ ms/)
    await expect(session.link.getByRole('img', { name: /Response time in the last minute/ })).toBeVisible()
    await expect(session.link).toContainText('Connected since')
    expect(await session.controlUnits().count()).toBeGreaterThanOrEqual(8)
    await expect(session.token).toContainText('Fresh')
    await jobs.toggleDeveloperView()
  })

  await test.step('the function asks, reads and asks again', async () => {
    await session.runFunction('Identify the car')
    await prompt.answer('Is the ignition switched on?', 'Yes')
    await prompt.answer(/report the VIN WFKZZZ8C9MA204417/, 'Yes')
    await expect(session.functionState).toHaveText('Succeeded')
    await expect(session.findingsOf('Identify the car')).toContainText('Part number')
  })

  await test.step('the session is finished with what the mechanic chose', async () => {
    await session.openFinishDialog()
    await finish.choose({
      results: ['Still has to be checked'],
      feedback: 'It worked',
      description: 'All numbers written down.',
    })
    await finish.finish()
    await expect(ended.heading).toHaveText('Session finished')
    await expect(ended.screen.getByText('HB-FC 2108', { exact: true })).toBeVisible()
  })

  const engine = await workbench.engine()
  const record = await engine.record(await ended.sessionId())
  expect(record).toMatchObject({
    state: 'finished',
    ticket_number: '7848095',
    accepted_finishes: 1,
    service_result: {
      result: ['RESULT_NEEDS_VALIDATION'],
      user_feedback: 'USER_FEEDBACK_SUCCESS',
      description: 'All numbers written down.',
    },
  })
})
