import { readFileSync } from 'node:fs'
import { expect, test } from '../fixtures.ts'

test('a job that was done is found by its plate, tells what happened, and can be deleted for good', async ({
  workbench,
}, testInfo) => {
  const { page, start, session, prompt, ended, history } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  await session.runFunction('Identify the car')
  await prompt.answer('Is the ignition switched on?', 'No')
  await prompt.answer(/Control units answer only while the ignition is on/, 'Continue')
  await expect(session.functionState).toHaveText('Conditions were not met')
  await session.interrupt()
  await expect(ended.heading).toHaveText('Session aborted without result')
  await ended.backToStart()

  await history.open()
  await expect(history.jobs).toHaveCount(1)
  await expect(history.jobs).toContainText('Aborted')
  const plate = (await history.jobs.locator('.plate').textContent()) ?? ''
  await history.search.fill('no such car')
  await expect(history.screen).toContainText('No job found')
  await history.search.fill(plate.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
  await expect(history.jobs).toHaveCount(1)

  await page.setViewportSize({ width: 1366, height: 768 })
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme as 'light' | 'dark' })
    await testInfo.attach(`history ${theme}`, { body: await page.screenshot(), contentType: 'image/png' })
  }
  await history.openJob(/7848095/)
  await expect(history.steps.first()).toContainText('Job opened')
  await expect(history.steps.filter({ hasText: 'Identify the car asked: Is the ignition switched on?' })).toHaveCount(1)
  await expect(history.steps.filter({ hasText: 'Answered: No' })).toHaveCount(1)
  await expect(history.steps.filter({ hasText: 'Session aborted without result' })).toHaveCount(1)
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme as 'light' | 'dark' })
    await testInfo.attach(`job ${theme}`, { body: await page.screenshot(), contentType: 'image/png' })
  }
  // 200 % of a window of 1366×768.
  await page.setViewportSize({ width: 683, height: 384 })
  await testInfo.attach('job at 200 %', { body: await page.screenshot({ fullPage: true }), contentType: 'image/png' })
  await history.backToList()
  await testInfo.attach('history at 200 %', {
    body: await page.screenshot({ fullPage: true }),
    contentType: 'image/png',
  })
  await history.openJob(/7848095/)

  // The person chooses a file in a box of the operating system.
  const file = testInfo.outputPath('job.json')
  await workbench.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, file)
  await history.export()
  await expect(history.screen).toContainText('The file was saved.')
  const exported = readFileSync(file, 'utf8')
  expect(JSON.parse(exported)).toBeTruthy()
  for (const text of ['job-opened', 'Is the ignition switched on?', 'session-ended']) expect(exported).toContain(text)

  await history.delete()
  await expect(history.screen).toContainText('The job was deleted.')
  await history.search.fill('')
  await expect(history.screen).toContainText('No jobs yet')
})
