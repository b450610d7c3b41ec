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
  await expect(prompt.otherCars).toContainText('Odometer in km?')
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
  await prompt.showOtherCar()
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

test('a question of another car moves nothing of this one, says whose car it is, and is answered under its own plate', async ({
  workbench,
}) => {
  const { page, start, session, prompt } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  // A notice about the link may still be above the functions.
  await expect(session.carLink).toHaveText('Live')
  const run = session.functions.getByRole('button', { name: 'Run Identify the car' })
  const before = await run.boundingBox()
  const asker = await PromptAsker.start(await workbench.engine(), '7848112')
  asker.ask({ control_yesno: { label: 'Is the lift down?' } })
  await expect(prompt.otherCars).toContainText('Ticket 7848112')
  await expect(prompt.otherCars).toContainText('Script')
  expect(await run.boundingBox()).toEqual(before)
  await prompt.showOtherCar()
  await expect(page.getByRole('main', { name: 'Another car' })).toBeVisible()
  await expect(prompt.region).toContainText('Ticket 7848112')
  await expect(page.getByRole('button', { name: 'Finish…' })).toHaveCount(0)
  await prompt.answer('Is the lift down?', 'No')
  await expect.poll(() => asker.answer?.control_yesno).toMatchObject({ answer: false })
  await page.getByRole('button', { name: 'Back to your session' }).click()
  await expect(session.state).toHaveText('Active')
  asker.close()
})

test('what has just moved takes no press', async ({ workbench }) => {
  const { start, session } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.state).toHaveText('Active')
  await expect(session.values).toContainText('Live')
  const isMoved = () => session.functions.evaluate((panel) => panel.closest('[data-moved]') !== null)
  await expect.poll(isMoved).toBe(false)
  // The press happens in the page at the moment of the movement: from outside, 350 ms may be over on a busy computer.
  const moved = await session.functions.evaluate(
    (panel) =>
      new Promise<{ presses: number; pointerEvents: string }>((resolve) => {
        let presses = 0
        const button = panel.querySelector('button') ?? panel
        panel.addEventListener('pointerdown', () => {
          presses += 1
          panel.setAttribute('data-presses', String(presses))
        })
        const notice = document.createElement('div')
        document.querySelector('.columns__main')?.prepend(notice)
        const observer = new MutationObserver(() => {
          if (panel.closest('[data-moved]') === null) return
          observer.disconnect()
          clearInterval(moving)
          button.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, cancelable: true }))
          resolve({ presses, pointerEvents: getComputedStyle(button).pointerEvents })
        })
        observer.observe(document.body, { attributes: true, subtree: true, attributeFilter: ['data-moved'] })
        // A movement that is reported too late to matter is followed by another one.
        const moving = setInterval(() => {
          notice.style.height = notice.style.height === '120px' ? '0' : '120px'
        }, 1_000)
      }),
  )
  expect(moved).toEqual({ presses: 0, pointerEvents: 'none' })
  await expect.poll(isMoved).toBe(false)
  await session.functions
    .getByRole('button', { name: 'Run Identify the car' })
    .dispatchEvent('pointerdown', { bubbles: true, cancelable: true })
  await expect(session.functions).toHaveAttribute('data-presses', '1')
})
