import { expect, test } from '../fixtures.ts'

const ownEngineUnused = { WORKBENCH_ENGINE_CREDENTIALS: undefined }

// @proves Window: Answers are locked while the way to the server is lost, with a count-down in words and a way out, announced once
test('answers are locked while the server is silent, and a press on a locked one costs nothing later', async ({
  launch,
  startEngine,
}) => {
  const engine = await startEngine()
  const { window } = await launch({ env: { ...ownEngineUnused, ...engine.environment } })
  const { page, start, session, prompt } = window
  await page.setViewportSize({ width: 1366, height: 768 })
  await expect(start.serverStatus).toHaveText('Ready')
  await start.startOnTypedTicket(engine.ready.ticket)
  await expect(session.values).toContainText('Live')
  await session.runFunction('Identify the car')
  await prompt.asks('Is the ignition switched on?')
  await expect(prompt.button('Yes')).toBeEnabled()
  engine.freeze()
  await expect(prompt.button('Yes')).toBeDisabled()
  await expect(page.getByRole('timer').filter({ hasText: 'expires' })).toContainText(
    /The session expires in \d:\d\d if the connection does not come back/,
  )
  await prompt.button('Yes').click({ force: true })
  engine.thaw()
  await expect(prompt.button('Yes')).toBeEnabled()
  await expect(page.getByRole('timer').filter({ hasText: 'expires' })).toHaveCount(0)
  await prompt.button('Yes').click()
  await prompt.answer(/report the VIN/, 'Yes')
  await expect(session.functionState).toHaveText('Succeeded')
})

// @proves Window: Finish never has a dialog without an exit
test('a finish that a dead server never answers leaves the window usable, and the job can be closed', async ({
  launch,
  startEngine,
}) => {
  const engine = await startEngine()
  const { window } = await launch({ env: { ...ownEngineUnused, ...engine.environment } })
  const { page, start, session, finish } = window
  await expect(start.serverStatus).toHaveText('Ready')
  await start.startOnTypedTicket(engine.ready.ticket)
  await expect(session.values).toContainText('Live')
  engine.freeze()
  await expect(page.getByRole('timer').filter({ hasText: 'expires' })).toBeVisible()
  await session.openFinishDialog()
  await finish.choose({ results: ['Succeeded'] })
  await finish.finish()
  await expect(finish.dialog).toContainText('You can close this window')
  await finish.dialog.getByRole('button', { name: 'Close' }).first().click()
  await expect(finish.dialog).toBeHidden()
  await page.getByRole('button', { name: 'Close job…' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Close the job' }).click()
  await expect(start.screen).toBeVisible()
  engine.thaw()
})
