import { expect, test } from '../fixtures.ts'

test('very large texts show a question with 48 px, and limits of the settings decide about a battery', async ({
  workbench,
}, testInfo) => {
  const { page, start, session, prompt, finish, settings } = workbench.window
  const picture = async (name: string) =>
    testInfo.attach(name, { body: await page.screenshot(), contentType: 'image/png' })
  await page.setViewportSize({ width: 1366, height: 768 })
  await settings.open()
  await settings.chooseTextSize('Very large')
  await settings.setLimit('12 V battery: below (V)', '12.9')
  await picture('settings')
  await settings.close()
  await start.startOnListedTicket('7848095')
  await expect(session.carLink).toHaveText('Battery voltage too low')
  await session.runFunction('Identify the car')
  await prompt.asks('Is the ignition switched on?')
  const size = () => prompt.question.evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize))
  await expect.poll(size).toBeGreaterThanOrEqual(48)
  await picture('very large question')
  await expect(prompt.button('Yes')).toBeInViewport({ ratio: 1 })
  await page.reload()
  await expect.poll(size).toBeGreaterThanOrEqual(48)
  await settings.open()
  await settings.useUsualLimits()
  await settings.chooseTextSize('Normal')
  await settings.close()
  await expect(session.carLink).toHaveText('Live')
  await session.stopFunction('Identify the car')
  await expect(session.functionState).toHaveText('Stopped')
  await session.openFinishDialog()
  await expect(finish.outcome('Not finished')).toBeChecked()
  await picture('finish')
  await page.emulateMedia({ colorScheme: 'dark' })
  await picture('finish dark')
  await page.setViewportSize({ width: 683, height: 384 })
  await picture('finish at 200 %')
})

// @proves Delivery: A first start asks for language and server on one page, and never again
test('the first start asks for language and server once', async ({ launch }, testInfo) => {
  const profile = testInfo.outputPath('profile')
  const first = await launch({ profile, isFirstStart: true })
  const { page } = first
  await expect(page.getByRole('heading', { name: 'Welcome' })).toBeVisible()
  await page.getByText('Nederlands').click()
  await expect(page.getByRole('radio', { name: 'Ingebouwde simulator' })).toBeChecked()
  await page.getByRole('button', { name: 'Aan de slag' }).click()
  await expect(page.getByRole('heading', { name: 'Sessie starten' })).toBeVisible()
  await first.endWithoutQuestion()

  const second = await launch({ profile, isFirstStart: true })
  await expect(second.page.getByRole('heading', { name: 'Sessie starten' })).toBeVisible()
  await expect(second.page.getByRole('heading', { name: 'Welkom' })).toHaveCount(0)
})
