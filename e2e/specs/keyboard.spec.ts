import type { Locator, Page } from '@playwright/test'
import { expect, test } from '../fixtures.ts'

const mostSteps = 80

/** Presses Tab until the element has the focus; fails when it cannot be reached. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor({ state: 'attached' })
  for (let step = 0; step < mostSteps; step += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${target} cannot be reached by ${mostSteps} Tabs.`)
}

async function press(page: Page, target: Locator, key: 'Enter' | 'Space'): Promise<void> {
  await expect(target).toBeEnabled()
  await tabTo(page, target)
  await page.keyboard.press(key)
}

// @proves Window: Everything by keyboard; targets of 48 px; no overflow at 1366×768 and 200 %; light and dark with enough contrast
test('the whole job is done by keyboard alone', async ({ workbench }) => {
  const { page, start, session, prompt, finish, ended } = workbench.window
  await expect(start.serverStatus).toHaveText('Ready')
  await tabTo(page, start.ticketNumber)
  await page.keyboard.type('7848095')
  await page.keyboard.press('Enter')
  await expect(session.state).toHaveText('Active')

  await press(page, session.functions.getByRole('button', { name: 'Run Identify the car' }), 'Enter')
  await prompt.asks('Is the ignition switched on?')
  await press(page, prompt.button('Yes'), 'Space')
  await prompt.asks(/report the VIN/)
  await press(page, prompt.button('Yes'), 'Enter')
  await expect(session.functionState).toHaveText('Succeeded')

  await press(page, page.getByRole('button', { name: 'Finish…' }), 'Enter')
  await finish.dialog.waitFor()
  const succeeded = finish.outcome('Done')
  if (!(await succeeded.isChecked())) await press(page, succeeded, 'Space')
  await tabTo(page, finish.dialog.getByRole('textbox', { name: 'Description' }))
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('By keyboard')
  await press(page, finish.finishButton, 'Enter')
  await expect(ended.heading).toHaveText('Session finished')
  const record = await (await workbench.engine()).record(await ended.sessionId())
  expect(record.service_result).toMatchObject({ result: ['RESULT_SUCCESS'], description: 'By keyboard' })
})

test('Escape leaves the finish dialog without finishing', async ({ workbench }) => {
  const { page, start, session, finish } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  await session.openFinishDialog()
  await finish.dialog.waitFor()
  await page.keyboard.press('Escape')
  await expect(finish.dialog).toBeHidden()
  await expect(session.state).toHaveText('Active')
})

// @proves Window: A tap or key from before a prompt never answers it
test('a key that is held down when a question appears does not answer it', async ({ workbench }) => {
  const { page, start, session, prompt } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  await session.runFunction('Identify the car')
  await prompt.answer('Is the ignition switched on?', 'Yes')
  await session.screen.getByRole('heading', { level: 1 }).click()
  await page.keyboard.down('Enter')
  await prompt.asks(/report the VIN/)
  await expect(prompt.button('Yes')).toBeEnabled()
  await tabTo(page, prompt.button('Yes'))
  for (let repeat = 0; repeat < 5; repeat += 1) await page.keyboard.down('Enter')
  await page.keyboard.up('Enter')
  await expect(prompt.button('Yes')).toBeEnabled()
  await expect(prompt.status.filter({ hasText: 'Waiting for your answer' })).toBeVisible()
})
