import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures.ts'
import type { LaunchedWorkbench } from '../launch.ts'
import { WorkbenchWindow } from '../pages/workbench-window.ts'

/** Lets main keep what the page last said, then ends the page's process; the window that replaces it. */
async function crashed(workbench: LaunchedWorkbench, page: Page): Promise<WorkbenchWindow> {
  // Main keeps changes that are older than 200 ms; the page says nothing that a test could wait for.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)))
  const [next] = await Promise.all([
    workbench.app.waitForEvent('window'),
    workbench.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    ),
  ])
  return new WorkbenchWindow(next)
}

// @proves Window: A page that crashed comes back to the same job and place, with the typed text
test('a page that crashes in any place of a job comes back to the same job and place, with what was typed', async ({
  workbench,
}) => {
  const { app } = workbench
  let window = workbench.window
  await expect(window.start.serverStatus).toHaveText('Ready')
  for (const ticket of ['7848112', '7848095']) {
    await window.start.startOnListedTicket(ticket)
    await expect(window.session.state).toHaveText('Active')
    if (ticket === '7848112') await window.jobs.newJob()
  }
  const isThisJob = () => expect(window.jobs.shown).toContainText('HB-FC 2108')

  await test.step('in Functions, while a question waits', async () => {
    await window.session.runFunction('Identify the car')
    await window.prompt.asks('Is the ignition switched on?')
    window = await crashed(workbench, window.page)
    await window.prompt.asks('Is the ignition switched on?')
    await isThisJob()
    await window.prompt.answer('Is the ignition switched on?', 'Yes')
    await window.prompt.answer(/report the VIN/, 'Yes')
    await expect(window.session.functionState).toHaveText('Succeeded')
  })

  await test.step('in the log', async () => {
    await window.session.openPlace('Log')
    await expect(window.session.log).toBeVisible()
    window = await crashed(workbench, window.page)
    await expect(window.session.log).toBeVisible()
    await expect(window.session.functions).toHaveCount(0)
    await isThisJob()
  })

  await test.step('in the developer view', async () => {
    await window.jobs.toggleDeveloperView()
    await expect(window.session.token).toBeVisible()
    window = await crashed(workbench, window.page)
    await expect(window.session.token).toBeVisible()
    await isThisJob()
  })

  await test.step('in the finish dialog, with a typed description', async () => {
    await window.session.openFinishDialog()
    await window.finish.choose({ results: ['Communication with the car failed'], description: 'Plug is loose' })
    window = await crashed(workbench, window.page)
    await window.finish.dialog.waitFor()
    await expect(window.finish.dialog).toContainText('HB-FC 2108')
    await expect(window.finish.result('Communication with the car failed')).toBeChecked()
    await expect(window.finish.dialog.getByRole('textbox', { name: 'Description' })).toHaveValue('Plug is loose')
    await window.finish.cancel()
    await isThisJob()
    await expect(window.session.state).toHaveText('Active')
  })

  await test.step('in the history', async () => {
    await window.history.open()
    await window.history.openJob(/7848095/)
    await window.history.steps.first().waitFor()
    window = await crashed(workbench, window.page)
    await window.history.steps.first().waitFor()
    await window.jobs.show('HB-FC 2108')
    await expect(window.session.state).toHaveText('Active')
  })
  expect(app.windows()).toHaveLength(1)
})
