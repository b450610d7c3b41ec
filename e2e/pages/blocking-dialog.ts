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

  /** The one click that is offered when it is certain which session it is. */
  async interruptAndStartAgain(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Interrupt it and start again' }).click()
  }
  /** The way through the list: choose a session, then confirm. */
  async interruptListed(label: string | RegExp): Promise<void> {
    await this.sessions.getByRole('button', { name: label }).click()
    const confirmation = this.page.getByRole('alertdialog', { name: 'Interrupt this session?' })
    await confirmation.getByRole('button', { name: 'Interrupt session' }).click()
  }
}
