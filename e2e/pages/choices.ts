import { expect, type Locator } from '@playwright/test'

/** Taps the visible part of a checkbox, radio or switch, as a person does (its input is invisible). */
export async function choose(input: Locator, wanted = true): Promise<void> {
  await input.waitFor({ state: 'attached' })
  if ((await input.isChecked()) !== wanted) await input.locator('xpath=ancestor::label').click()
  await expect(input).toBeChecked({ checked: wanted })
}
