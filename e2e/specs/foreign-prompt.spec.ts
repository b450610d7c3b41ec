import { expect, test } from '../fixtures.ts'
import { PromptAsker } from '../prompt-asker.ts'

test('a number prompt of another car takes no key of somebody who types a ticket number', async ({ workbench }) => {
  const { page, start, session, prompt } = workbench.window
  await expect(start.serverStatus).toHaveText('Ready')
  const asker = await PromptAsker.start(await workbench.engine(), '7848112')
  const field = page.getByRole('textbox', { name: 'Ticket number' })
  await field.click()
  await page.keyboard.type('784', { delay: 150 })
  asker.ask({ control_number: { label: 'Odometer in km?', minimum: 0, maximum: 4_294_967_295 } })
  await prompt.asks('Odometer in km?')
  await page.keyboard.type('8095', { delay: 400 })
  await expect(field).toBeFocused()
  await expect(field).toHaveValue('7848095')
  await page.keyboard.press('Enter')
  await expect(session.state).toHaveText('Active')
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/\S/)
  expect(asker.answer).toBeUndefined()
  asker.close()
})

test('a pasted number that is too long is kept whole, named as wrong, and cannot be sent', async ({ workbench }) => {
  const { page, prompt } = workbench.window
  const asker = await PromptAsker.start(await workbench.engine(), '7848095')
  asker.ask({ control_number: { label: 'Odometer in km?', minimum: 0, maximum: 4_294_967_295 } })
  await prompt.asks('Odometer in km?')
  const field = prompt.region.getByRole('textbox', { name: 'Number' })
  await expect(field).toBeEditable()
  await field.click()
  await page.keyboard.insertText('12345678901')
  await expect(field).toHaveValue('12345678901')
  await expect(prompt.button('Send')).toBeDisabled()
  await page.keyboard.press('Enter')
  await expect(prompt.region).toContainText('4294967295')
  expect(asker.answer).toBeUndefined()
  await page.keyboard.press('Backspace')
  await expect(prompt.button('Send')).toBeEnabled()
  await prompt.button('Send').click()
  await expect.poll(() => asker.answer?.control_number?.answer).toBe(1_234_567_890)
  asker.close()
})
