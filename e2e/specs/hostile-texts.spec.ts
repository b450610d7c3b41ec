import { expect, test } from '../fixtures.ts'
import { PromptAsker } from '../prompt-asker.ts'

// @proves Security: A22 words of others are text
test('control characters and broken surrogates of a label are shown, and do nothing', async ({ workbench }) => {
  const { page, prompt } = workbench.window
  const asker = await PromptAsker.start(await workbench.engine(), '7848095')
  asker.ask({ control_continue: { label: 'bell\u0007 null\u0000 half\ud800 end' } })
  await prompt.showOtherCar()
  await expect(prompt.question).toHaveText(/bell.*null.*half.*end/s)
  await expect(page).toHaveTitle('Workbench for openOBD')
  asker.close()
})

test('options with markup and equal texts are told apart by their place', async ({ workbench }) => {
  const { prompt } = workbench.window
  const asker = await PromptAsker.start(await workbench.engine(), '7848095')
  asker.ask({ control_options: { label: 'Which one?', options: ['same', 'same', '<b>bold</b>'] } })
  await prompt.showOtherCar()
  await prompt.asks('Which one?')
  await expect(prompt.button('<b>bold</b>')).toBeVisible()
  await prompt.button('same').last().click()
  await expect.poll(() => asker.answer?.control_options?.answer).toBe(1)
  asker.close()
})

// @proves Bad input: Image missing, huge, none, `file://`
test('a picture from a file or another protocol is refused, and the question is answered without it', async ({
  workbench,
}) => {
  const { prompt } = workbench.window
  const asker = await PromptAsker.start(await workbench.engine(), '7848095')
  for (const url of [
    'file:///etc/hostname',
    'javascript:alert(1)',
    'http://192.0.2.1/x.png',
    'https://127.0.0.1:1/x.png',
  ]) {
    asker.ask({ control_yesno: { label: `Without ${url}?` }, image: { url } })
    if (url.startsWith('file:')) await prompt.showOtherCar()
    await prompt.asks(`Without ${url}?`)
    await expect(prompt.region).toContainText('The picture cannot be shown.')
    await expect(prompt.button('Yes')).toBeEnabled()
  }
  await prompt.button('Yes').click()
  await expect.poll(() => asker.answer?.control_yesno?.answer).toBe(true)
  asker.close()
})

// @proves Faults: 28 prompts that replace each other; what a person sees: a note; late answers refused
test('a question that is replaced twice in a moment is answered only where it is shown', async ({ workbench }) => {
  const { prompt } = workbench.window
  const asker = await PromptAsker.start(await workbench.engine(), '7848095')
  asker.ask({ control_yesno: { label: 'First?' } })
  await prompt.showOtherCar()
  await prompt.asks('First?')
  asker.ask({ control_yesno: { label: 'Second?' } })
  asker.ask({ control_yesno: { label: 'Third?' } })
  await prompt.answer('Third?', 'Yes')
  await expect.poll(() => asker.answer?.control_yesno).toMatchObject({ label: 'Third?', answer: true })
  await expect(prompt.gone).toContainText('First?')
  asker.close()
})
