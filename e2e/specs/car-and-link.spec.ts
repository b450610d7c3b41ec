import type { Page, TestInfo } from '@playwright/test'
import { lowestContrast } from '../contrast.ts'
import { expect, test } from '../fixtures.ts'

test.use({ appOptions: { engineArgs: ['--lab'] } })

const connector = '900101060'
const green = '.chip.tone--good'

async function picture(testInfo: TestInfo, page: Page, name: string): Promise<void> {
  const path = testInfo.outputPath(`${name}.png`)
  await page.screenshot({ path })
  await testInfo.attach(name, { path, contentType: 'image/png' })
}

for (const [appearance, fault, words] of [
  ['Light', 'connector-offline', 'Diagnostic adapter without internet'],
  ['Dark', 'connector-offline', 'Diagnostic adapter without internet'],
  ['Light', 'connector-unplugged', 'Diagnostic adapter not in the OBD socket'],
  ['Dark', 'connector-unplugged', 'Diagnostic adapter not in the OBD socket'],
] as const) {
  // @proves Faults: 33 connector unplugged, ignition off; what a person sees: it is said everywhere, and a run is warned of or refused
  test(`${fault} is said everywhere, and old values stay readable, ${appearance.toLowerCase()}`, async ({
    workbench,
  }, testInfo) => {
    const { page, start, session, settings } = workbench.window
    await page.setViewportSize({ width: 1366, height: 768 })
    await settings.open()
    await settings.chooseAppearance(appearance)
    await settings.close()
    await start.startOnListedTicket('7848095')
    await expect(session.carLink).toHaveText('Live')
    await expect(session.values).toContainText('12.6 V')
    const engine = await workbench.engine()
    const id = await engine.setFault(fault, connector)
    await expect(session.carLink).toHaveText(words)
    await expect(session.values).toContainText(words)
    await expect(session.values).toContainText(/12\.6 V · (just now|\d+ s ago)/)
    await expect(session.functions).toContainText(`Cannot run now: ${words}`)
    await expect(session.runButton('Identify the car')).toBeDisabled()
    await expect(page.locator('[aria-live="assertive"]').filter({ hasText: words })).toHaveCount(1)
    await expect(session.screen.locator(green)).toHaveCount(0)
    await expect.poll(async () => (await lowestContrast(session.screen)).ratio).toBeGreaterThanOrEqual(4.5)
    await picture(testInfo, page, `${fault} ${appearance}`)
    await page.setViewportSize({ width: 683, height: 384 })
    await expect(session.carLink).toBeInViewport({ ratio: 1 })
    await picture(testInfo, page, `${fault} ${appearance} 200 %`)
    await engine.clearFault(id)
    await expect(session.carLink).toHaveText('Live')
    await expect(session.runButton('Identify the car')).toBeEnabled()
  })
}

test('a battery of 6.0 V and an ignition that is off warn before a run', async ({ workbench }, testInfo) => {
  const { page, start, session } = workbench.window
  await start.startOnListedTicket('7848095')
  await expect(session.carLink).toHaveText('Live')
  const engine = await workbench.engine()
  await engine.setFault('voltage-drop', connector, { volts: '6.0' })
  await expect(session.carLink).toHaveText('Battery voltage too low')
  await expect(session.values).toContainText('6.0 V · too low')
  await expect(session.functions).toContainText('Better not now: Battery voltage too low')
  await expect(session.runButton('Identify the car')).toBeEnabled()
  await engine.setFault('ignition-off', connector)
  await expect(session.carLink).toHaveText('Ignition off')
  await expect(session.screen).toContainText('Connect a charger before you go on.')
  await expect(session.screen).toContainText('Most control units answer only while the ignition is on.')
  await page.setViewportSize({ width: 1366, height: 768 })
  await picture(testInfo, page, 'battery and ignition')
})
