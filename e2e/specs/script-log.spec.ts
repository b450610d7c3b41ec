import { expect, test } from '../fixtures.ts'
import { writeToLog } from '../log-writer.ts'

const long = 'The control unit of the heating answers late, so the question is asked again with more patience. '
const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `line ${from + index}: ${long.repeat((index % 4) + 1)}`)

test.beforeEach(async ({ workbench }) => {
  const { page, start, session, jobs } = workbench.window
  await page.setViewportSize({ width: 683, height: 384 })
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  await jobs.toggleDeveloperView()
  await writeToLog(await workbench.engine(), '7848112', lines(0, 200))
})

test('a window at 200 % begins at the newest line of the script log and follows it', async ({ workbench }) => {
  const { page, session } = workbench.window
  await expect(session.logLine(199)).toBeVisible()
  // The new page comes back to the developer view.
  await page.reload()
  await session.logLines.scrollIntoViewIfNeeded()
  await expect(session.logLine(199)).toBeInViewport()
  await writeToLog(await workbench.engine(), '7848112', lines(200, 20))
  await expect(session.logLine(219)).toBeInViewport()
  await expect(session.jumpToNewestLine).toHaveCount(0)
})

test('a window at 200 % lets a person read older lines, until they want the newest one', async ({ workbench }) => {
  const { session } = workbench.window
  await session.logLines.scrollIntoViewIfNeeded()
  await expect(session.logLine(199)).toBeInViewport()
  await session.scrollLogBack()
  await expect(session.jumpToNewestLine).toBeVisible()
  await writeToLog(await workbench.engine(), '7848112', lines(200, 20))
  await expect(session.jumpToNewestLine).toBeVisible()
  await expect(session.logLine(219)).toHaveCount(0)
  await session.jumpToNewestLine.click()
  await expect(session.logLine(219)).toBeInViewport()
  await expect(session.jumpToNewestLine).toHaveCount(0)
})
