import type { Locator, Page } from '@playwright/test'

/** Shown when a connection is held by another session. */
export class BlockingDialog {
  readonly dialog: Locator
  readonly sessions: Locator
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
    this.dialog = page.getByRole('dialog', { name: 'The connection is already in use' })
    this.sessions = this.dialog.getByRole('list', { name: 'Sessions' })
  }

  /** Shown when the session is certain; asks for confirmation. */
  async interruptAndStartAgain(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Abort it and start again' }).click()
    await this.confirm()
  }

  /** Chooses a session of the list, then confirms. */
  async interruptListed(label: string | RegExp): Promise<void> {
    await this.sessions.getByRole('button', { name: label }).click()
    await this.confirm()
  }

  private async confirm(): Promise<void> {
    const confirmation = this.page.getByRole('alertdialog', { name: 'Abort this session without a result?' })
    await confirmation.getByRole('button', { name: 'Abort it and start again' }).click()
  }
}
