import type { Locator, Page } from '@playwright/test'

/** Asked when the application is closed with a session open. */
export class ClosingDialog {
  readonly dialog: Locator
  readonly backButton: Locator
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
    this.dialog = page.getByRole('alertdialog', { name: 'A session is still open' })
    this.backButton = this.dialog.getByRole('button', { name: 'Go back' })
  }

  async goBack(): Promise<void> {
    await this.backButton.click()
  }
  async escape(): Promise<void> {
    await this.page.keyboard.press('Escape')
  }
  async finishFirst(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Finish first…' }).click()
  }
  async interruptAndClose(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Abort without result and close' }).click()
  }
  async leaveOpenAndClose(): Promise<void> {
    await this.dialog.getByRole('button', { name: /Leave open and close|Close anyway/ }).click()
  }
}
