import { expect, test } from '../fixtures.ts'
import { PromptAsker } from '../prompt-asker.ts'

const texts: [string, string, RegExp][] = [
  [
    'markup',
    '<img src=x onerror="document.title=\'hit\'"><script>document.title="hit"</script>',
    /<img src=x onerror=/,
  ],
  ['right-to-left overrides', 'VIN \u202eTXET-DESREVER\u202c end', /TXET-DESREVER/],
  ['Arabic beside numbers', 'هل مفتاح الإشعال في الوضع 15؟', /15/],
  ['control characters and lone surrogates', 'bell\u0007 null\u0000 half\ud800 end', /bell.*null.*half.*end/s],
]

test('texts of a server are shown as text, whatever is in them', async ({ workbench }) => {
  const { page, prompt } = workbench.window
  const asker = await PromptAsker.start(await workbench.engine(), '7848095')
  for (const [what, label, shown] of texts) {
    await test.step(what, async () => {
      asker.ask({ control_continue: { label } })
      await expect(prompt.question).toHaveText(shown)
      expect(await prompt.question.locator('img, script, iframe, svg').count()).toBe(0)
      await expect(page).toHaveTitle('Workbench for openOBD')
    })
  }
  asker.close()
})

test('a label of 100 KB is shown and can be answered, and the window still fits', async ({ workbench }) => {
  const { page, prompt } = workbench.window
  const asker = await PromptAsker.start(await workbench.engine(), '7848095')
  asker.ask({
    control_yesno: { label: `Begin ${'measure the resistance between pin 4 and pin 5, '.repeat(2_000)} end?` },
  })
  await prompt.asks(/Begin measure/)
  await prompt.button('No').click()
  await expect.poll(() => asker.answer?.control_yesno?.answer).toBe(false)
  const overflow = await page.evaluate(() => {
    const root = document.documentElement
    return root.scrollWidth - root.clientWidth
  })
  expect(overflow).toBe(0)
  asker.close()
})

test('options with markup and equal texts are told apart by their place', async ({ workbench }) => {
  const { prompt } = workbench.window
  const asker = await PromptAsker.start(await workbench.engine(), '7848095')
  asker.ask({ control_options: { label: 'Which one?', options: ['same', 'same', '<b>bold</b>'] } })
  await prompt.asks('Which one?')
  await expect(prompt.button('<b>bold</b>')).toBeVisible()
  await prompt.button('same').last().click()
  await expect.poll(() => asker.answer?.control_options?.answer).toBe(1)
  asker.close()
})

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
    await prompt.asks(`Without ${url}?`)
    await expect(prompt.region).toContainText('The picture cannot be shown.')
    await expect(prompt.button('Yes')).toBeEnabled()
  }
  await prompt.button('Yes').click()
  await expect.poll(() => asker.answer?.control_yesno?.answer).toBe(true)
  asker.close()
})

test('a question that is replaced twice in a moment is answered only where it is shown', async ({ workbench }) => {
  const { prompt } = workbench.window
  const asker = await PromptAsker.start(await workbench.engine(), '7848095')
  asker.ask({ control_yesno: { label: 'First?' } })
  await prompt.asks('First?')
  asker.ask({ control_yesno: { label: 'Second?' } })
  asker.ask({ control_yesno: { label: 'Third?' } })
  await prompt.answer('Third?', 'Yes')
  await expect.poll(() => asker.answer?.control_yesno).toMatchObject({ label: 'Third?', answer: true })
  await expect(prompt.gone).toContainText('First?')
  asker.close()
})
