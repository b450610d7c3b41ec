import { seriousViolations } from '../accessibility.ts'
import { expect, test } from '../fixtures.ts'
import { PromptAsker } from '../prompt-asker.ts'

for (const appearance of ['Light', 'Dark']) {
  test(`axe-core finds nothing serious on any screen, ${appearance.toLowerCase()}`, async ({ workbench }) => {
    const { page, start, session, jobs, prompt, finish, ended, history, settings, servers } = workbench.window
    const check = async (place: string) => expect.soft(await seriousViolations(page), place).toEqual([])
    await page.setViewportSize({ width: 1366, height: 768 })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await settings.open()
    await settings.chooseAppearance(appearance)
    await check('settings')
    await settings.close()
    await servers.open()
    await check('servers')
    await servers.close()
    await expect(start.serverStatus).toHaveText('Ready')
    await start.ticket('7848095').waitFor()
    await check('start')
    await start.startOnListedTicket('7848095')
    await expect(session.carLink).toHaveText('Live')
    await check('job')
    await session.runFunction('Identify the car')
    await prompt.asks('Is the ignition switched on?')
    await expect(prompt.button('Yes')).toBeEnabled()
    await check('yes or no')
    await prompt.button('Yes').click()
    await prompt.answer(/report the VIN/, 'Yes')
    await expect(session.functionState).toHaveText('Succeeded')
    await check('findings')
    await session.openPlace('Log')
    await check('log')
    await jobs.toggleDeveloperView()
    await expect(session.link.getByRole('img')).toBeVisible()
    await check('developer view')
    await session.openFinishDialog()
    await finish.dialog.waitFor()
    await check('finish dialog')
    await finish.choose({ results: ['Succeeded'] })
    await finish.finish()
    await expect(ended.heading).toHaveText('Session finished')
    await check('end')
    await ended.backToStart()
    await history.open()
    await history.jobs.first().waitFor()
    await check('history')
    await history.openJob(/7848095/)
    await history.steps.first().waitFor()
    await check('job of the history')
    await jobs.newJob()
    const asker = await PromptAsker.start(await workbench.engine(), '7848112')
    asker.ask({ control_freetext: { label: 'Which label?' } })
    await prompt.showOtherCar()
    for (const [control, label] of [
      [{ control_freetext: { label: 'Which label?' } }, 'Which label?'],
      [{ control_number: { label: 'Odometer?', minimum: 0, maximum: 999_999 } }, 'Odometer?'],
      [{ control_options: { label: 'Which one?', options: ['Mono', 'Stereo'] } }, 'Which one?'],
      [{ control_continue: { label: 'Open the bonnet.' } }, 'Open the bonnet.'],
      [{ control_label: { label: 'Reading…' } }, 'Reading…'],
    ] as const) {
      asker.ask(control as never)
      await prompt.asks(label)
      await expect(prompt.region).not.toContainText('Please read…')
      await check(label)
    }
    asker.close()
  })
}
