import { expect, test } from '../fixtures.ts'

test('a second run erases nothing of the first, also after a reload and at the end of the session', async ({
  workbench,
}, testInfo) => {
  const { page, start, session, prompt, ended } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  await session.runFunction('Identify the car')
  await prompt.answer('Is the ignition switched on?', 'Yes')
  await prompt.answer(/report the VIN/, 'Yes')
  await expect(session.functionState).toHaveText('Succeeded')
  await expect(session.earlierRuns).toBeHidden()
  await session.runFunction('Identify the car')
  await prompt.asks('Is the ignition switched on?')
  await expect(session.earlierRunButtons).toHaveCount(1)
  await session.earlierRunButtons.click()
  await expect(session.earlierRuns.getByRole('table')).toContainText('04L906056KQ')
  await page.setViewportSize({ width: 1366, height: 768 })
  await session.earlierRuns.scrollIntoViewIfNeeded()
  const path = testInfo.outputPath('earlier runs.png')
  await page.screenshot({ path })
  await testInfo.attach('earlier runs', { path, contentType: 'image/png' })
  await session.stopFunction('Identify the car')
  await expect(session.functionState).toHaveText('Stopped')
  await page.reload()
  await session.earlierRunButtons.click()
  await expect(session.earlierRuns.getByRole('table')).toContainText('04L906056KQ')
  await session.interrupt()
  await expect(ended.heading).toHaveText('Session aborted without result')
  await expect(session.earlierRunButtons).toHaveCount(1)
})
