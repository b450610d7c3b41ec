import { expect, test } from '../fixtures.ts'

test('a car whose ignition is off is not identified, and the finish dialog says what contradicts that', async ({
  workbench,
}) => {
  const { start, session, prompt, finish, ended } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  await session.runFunction('Identify the car')
  await prompt.answer('Is the ignition switched on?', 'No')
  await prompt.answer(/Control units answer only while the ignition is on/, 'Continue')
  await expect(session.functionState).toHaveText('Conditions were not met')
  await session.openFinishDialog()
  await expect(finish.result('Conditions were not met')).toBeChecked()
  await finish.choose({ results: ['Succeeded'] })
  await expect(finish.dialog).toContainText('You chose “Done”, but Identify the car does not report a success.')
  await finish.choose({ results: ['Failed for another reason'], description: '' })
  await expect(finish.dialog).toContainText('You chose a failure without a reason.')
  await finish.choose({ results: ['Communication with the car failed'] })
  await expect(finish.dialog).toContainText('Please check your choice')
  await expect(finish.dialog).toContainText('The diagnostic adapter is loose in the OBD socket.')
  await expect(finish.dialog).toContainText('A control unit is asleep.')
  await expect(finish.dialog).toContainText('The internet connection is slow.')
  await finish.cancel()
  await expect(session.state).toHaveText('Active')

  await session.openFinishDialog()
  await finish.choose({
    results: ['Conditions were not met', 'Parts or data do not match this car'],
    feedback: 'I need help',
    description: '',
  })
  await finish.finish()
  await expect(ended.recorded).toContainText('RESULT_INVALID_PRECONDITIONS')
  const record = await (await workbench.engine()).record(await ended.sessionId())
  expect([...(record.service_result?.result ?? [])].sort()).toEqual([
    'RESULT_FAILURE_NOT_COMPATIBLE',
    'RESULT_INVALID_PRECONDITIONS',
  ])
  expect(record.service_result?.user_feedback).toBe('USER_FEEDBACK_ASSISTANCE_REQUESTED')
})

test('nothing can be finished without a result', async ({ workbench }) => {
  const { start, session, finish } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  await session.openFinishDialog()
  await expect(finish.dialog).toContainText('Choose how it went.')
  await expect(finish.finishButton).toBeDisabled()
  await finish.outcome('Not finished').check({ force: true })
  await expect(finish.dialog).toContainText('Choose a reason.')
  await expect(finish.finishButton).toBeDisabled()
})

test('a function that is running can be stopped, and its question goes with it', async ({ workbench }) => {
  const { start, session, prompt } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  await session.runFunction('Identify the car')
  await prompt.asks('Is the ignition switched on?')
  await session.stopFunction('Identify the car')
  await expect(session.functionState).toHaveText('Stopped')
  await expect(prompt.region).toBeHidden()
  await session.runFunction('Identify the car')
  await prompt.asks('Is the ignition switched on?')
})

// @proves Stories: A detection that still runs is news, not an error, and is polled
test('a session on a connector is marked as development, and detection that is still running is no error', async ({
  workbench,
}) => {
  const { start, session, ended } = workbench.window
  await expect(start.connectors.locator('xpath=ancestor::section[1]')).toContainText('For development')
  await start.startOnListedConnector('900101062')
  await expect(session.state).toHaveText('Active')
  await expect(session.car).toContainText('The diagnostic adapter is still looking for control units…')
  await session.interrupt()
  await expect(ended.heading).toHaveText('Session aborted without result')
  const record = await (await workbench.engine()).record(await ended.sessionId())
  expect(record).toMatchObject({ state: 'interrupted', connector_number: '900101062', ticket_number: '' })
})
