import { expect, test } from '../fixtures.ts'
import { PromptAsker } from '../prompt-asker.ts'

const cars = [
  { ticket: '7848095', plate: 'HB-FC 2108' },
  { ticket: '7848112', plate: 'NT 48 216' },
  { ticket: '7848127', plate: 'GR 771 MS' },
]
const windows = [
  { name: '1366×768', width: 1366, height: 768 },
  { name: '200 %', width: 683, height: 384 },
  { name: '640×480', width: 640, height: 480 },
]

for (const appearance of ['Light', 'Dark']) {
  test(`with three jobs and a script, header and answers are in the window at every size, ${appearance.toLowerCase()}`, async ({
    workbench,
  }, testInfo) => {
    const { page, start, session, jobs, prompt, settings } = workbench.window
    const picture = async (name: string) => {
      const path = testInfo.outputPath(`${name}.png`)
      await testInfo.attach(name, { body: await page.screenshot({ path }), contentType: 'image/png' })
    }
    const pictures = async (name: string) => {
      for (const size of windows) {
        await page.setViewportSize(size)
        await picture(`${name} ${size.name.replace(' %', '')}`)
      }
      await page.setViewportSize({ width: 1366, height: 768 })
    }
    await page.setViewportSize({ width: 1366, height: 768 })
    await settings.open()
    await settings.chooseAppearance(appearance)
    await settings.close()
    await expect(start.serverStatus).toHaveText('Ready')
    for (const [index, { ticket }] of cars.entries()) {
      if (index > 0) await jobs.newJob()
      await start.startOnListedTicket(ticket)
      await expect(session.state).toHaveText('Active')
    }
    await expect(session.carLink).toHaveText('Live')
    await pictures('job')
    for (const { plate } of cars.slice(0, 2)) {
      await jobs.show(plate)
      await expect(jobs.shown).toContainText(plate)
      await session.runFunction('Identify the car')
      await prompt.asks('Is the ignition switched on?')
    }
    const asker = await PromptAsker.start(await workbench.engine(), '7848131')
    asker.ask({ control_yesno: { label: 'Is the lift down?' } })
    await expect(jobs.scripts).toContainText('Is the lift down?')
    for (const size of windows) {
      await page.setViewportSize(size)
      const simulator = page.getByText('Simulator – not a real car')
      await expect(simulator).toBeInViewport({ ratio: 1 })
      expect((await simulator.boundingBox())?.width).toBeGreaterThan(40)
      await expect(prompt.button('Yes')).toBeInViewport({ ratio: 1 })
      await expect(prompt.button('No')).toBeInViewport({ ratio: 1 })
      await expect(prompt.question).toBeInViewport({ ratio: 1 })
      await expect(page.getByRole('heading', { level: 1 })).toBeInViewport({ ratio: 1 })
      await expect(page.getByRole('button', { name: /^Stop / })).toBeInViewport({ ratio: 1 })
      await picture(`question ${size.name.replace(' %', '')}`)
    }
    await page.setViewportSize({ width: 1366, height: 768 })
    await prompt.button('Yes').click()
    await prompt.answer(/report the VIN/, 'Yes')
    await expect(session.functionState).toHaveText('Succeeded')
    await pictures('findings')
    await session.openPlace('Log')
    await pictures('log')
    await jobs.toggleDeveloperView()
    await pictures('developer')
    await jobs.newJob()
    await pictures('start')
    await prompt.showOtherCar()
    await prompt.asks('Is the lift down?')
    await pictures('script')
    asker.close()
  })
}
