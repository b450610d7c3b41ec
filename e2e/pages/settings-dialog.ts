import type { Locator, Page } from '@playwright/test'
import { choose } from './choices.ts'

/** Language, appearance, text size and warnings. */
export class SettingsDialog {
  readonly dialog: Locator
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
    this.dialog = page.getByRole('dialog').filter({ has: page.getByRole('radio', { name: 'Deutsch' }) })
  }

  async open(): Promise<void> {
    await this.page.getByRole('banner').getByRole('button').nth(-2).click()
    await this.dialog.waitFor()
  }
  async chooseLanguage(name: string): Promise<void> {
    await choose(this.dialog.getByRole('radio', { name }))
  }
  async chooseAppearance(name: string): Promise<void> {
    await choose(this.dialog.getByRole('radio', { name }))
  }
  async chooseTextSize(name: string): Promise<void> {
    await choose(this.dialog.getByRole('radio', { name, exact: true }))
  }
  async setLimit(name: string, volts: string): Promise<void> {
    await this.dialog.getByRole('textbox', { name }).fill(volts)
    await this.page.keyboard.press('Tab')
  }
  async useUsualLimits(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Use the usual limits' }).click()
  }
  async close(): Promise<void> {
    await this.page.keyboard.press('Escape')
    await this.dialog.waitFor({ state: 'hidden' })
  }
}
