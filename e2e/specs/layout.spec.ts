import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures.ts'

const smallestTargetPx = 48

/** Elements too small for a finger, and how far the page is wider than the window. */
async function measure(page: Page) {
  return page.evaluate((smallest) => {
    const targets = [...document.querySelectorAll<HTMLElement>('button, input, textarea, label.choice, label.switch')]
    const tooSmall = targets
      .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      .filter((element) => !element.closest('[aria-hidden="true"], .only-heard') && element.tabIndex >= 0)
      .filter((element) => !(element instanceof HTMLInputElement && /checkbox|radio/.test(element.type)))
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && (box.width < smallest || box.height < smallest))
      .map(({ element, box }) => {
        const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? ''
        return `${element.tagName} "${name}" ${Math.round(box.width)}×${Math.round(box.height)}`
      })
    const root = document.documentElement
    return { tooSmall, overflow: root.scrollWidth - root.clientWidth }
  }, smallestTargetPx)
}

const fits = { tooSmall: [], overflow: 0 }
const windows = [
  { name: '1366×768', width: 1366, height: 768 },
  { name: '1366×768 at 200 %', width: 683, height: 384 },
]

for (const { name, width, height } of windows) {
  for (const appearance of ['Light', 'Dark']) {
    // @proves Window: Everything by keyboard; targets of 48 px; no overflow at 1366×768 and 200 %; light and dark with enough contrast
    test(`every screen fits a window of ${name}, ${appearance.toLowerCase()}`, async ({ workbench }) => {
      const { page, start, session, prompt, finish, settings, closing, ended } = workbench.window
      await page.setViewportSize({ width, height })
      await expect(start.serverStatus).toHaveText('Ready')
      await settings.open()
      await settings.chooseAppearance(appearance)
      expect(await measure(page), 'settings').toEqual(fits)
      await settings.close()
      await start.ticket('7848095').waitFor()
      expect(await measure(page), 'start').toEqual(fits)
      await start.startOnListedTicket('7848095')
      await expect(session.state).toHaveText('Active')
      await expect(session.values).toContainText('Live')
      expect(await measure(page), 'session').toEqual(fits)
      await workbench.closeWindow()
      await expect(closing.backButton).toBeInViewport({ ratio: 1 })
      expect(await measure(page), 'question about closing').toEqual(fits)
      await closing.goBack()
      await expect(closing.dialog).toBeHidden()
      await session.runFunction('Identify the car')
      await prompt.asks('Is the ignition switched on?')
      await expect(prompt.button('Yes')).toBeInViewport({ ratio: 1 })
      expect(await measure(page), 'question').toEqual(fits)
      await prompt.button('Yes').click()
      await prompt.answer(/report the VIN/, 'Yes')
      await expect(session.functionState).toHaveText('Succeeded')
      expect(await measure(page), 'findings').toEqual(fits)
      await session.openFinishDialog()
      await finish.dialog.waitFor()
      expect(await measure(page), 'finish dialog').toEqual(fits)
      await finish.choose({ results: ['Succeeded'] })
      await finish.finish()
      await expect(ended.heading).toHaveText('Session finished')
      expect(await measure(page), 'end').toEqual(fits)
    })
  }
}

test('dark and light look different, and the page follows what was chosen', async ({ workbench }) => {
  const { page, settings } = workbench.window
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  await settings.open()
  await settings.chooseAppearance('Light')
  const light = await ground()
  await settings.chooseAppearance('Dark')
  await expect.poll(ground).not.toBe(light)
})

test('nothing moves on a computer that asks for less motion', async ({ workbench }) => {
  const { page, start } = workbench.window
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await start.ticket('7848095').waitFor()
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('body *')].flatMap((element) => {
      const { transitionDuration, animationDuration } = getComputedStyle(element)
      const seconds = `${transitionDuration}, ${animationDuration}`.split(', ').map(Number.parseFloat)
      return Math.max(...seconds) > 0.001 ? [element.className] : []
    }),
  )
  expect(moving).toEqual([])
})
