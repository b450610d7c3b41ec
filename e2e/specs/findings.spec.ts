import { expect, test } from '../fixtures.ts'

test.use({ appOptions: { engineArgs: ['--lab'] } })

const asleep = ['Gearbox', 'Brakes', 'Steering', 'Airbags', 'Body electronics', 'Gateway', 'Parking assistant']

for (const appearance of ['Light', 'Dark']) {
  test(`with seven of ten control units silent the headline counts and the silent ones come first, ${appearance.toLowerCase()}`, async ({
    workbench,
  }, testInfo) => {
    const { page, start, session, prompt, settings } = workbench.window
    await page.setViewportSize({ width: 1366, height: 768 })
    await settings.open()
    await settings.chooseAppearance(appearance)
    await settings.close()
    await start.startOnListedTicket('7848095')
    await expect(session.state).toHaveText('Active')
    const engine = await workbench.engine()
    for (const ecu of asleep) await engine.setFault('ecu-asleep', '900101060', { ecu })
    await session.runFunction('Identify the car')
    await prompt.answer('Is the ignition switched on?', 'Yes')
    await prompt.answer(/report the VIN/, 'Yes')
    await expect(session.functionState).toHaveText('Succeeded')
    await expect(session.findings).toContainText('3 of 10 control units answered')
    await expect(session.findings.locator('.tone--good')).toHaveCount(0)
    const rows = session.findingsOf('Identify the car').getByRole('row')
    await expect(rows).toHaveCount(1 + 10)
    for (let index = 1; index <= asleep.length; index += 1) await expect(rows.nth(index)).toContainText('no answer')
    await expect(rows.nth(8)).toContainText('04L906056KQ')
    await expect(session.findings.getByRole('columnheader')).toContainText(['Control unit', 'Part number', 'Software'])
    const hidden = await session.findings
      .locator('.table-frame')
      .evaluate((frame) => frame.scrollHeight - frame.clientHeight)
    expect(hidden).toBe(0)
    for (const [name, width, height] of [
      ['', 1366, 768],
      [' 200 %', 683, 384],
    ] as const) {
      await page.setViewportSize({ width, height })
      await session.findings.scrollIntoViewIfNeeded()
      const path = testInfo.outputPath(`findings ${appearance}${name}.png`)
      await testInfo.attach(`findings ${appearance}${name}`, {
        body: await page.screenshot({ path }),
        contentType: 'image/png',
      })
    }
  })
}
