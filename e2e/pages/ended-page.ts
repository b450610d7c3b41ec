import type { Locator, Page } from '@playwright/test'

/** The screen after a session. */
export class EndedPage {
  readonly screen: Locator
  readonly heading: Locator
  readonly recorded: Locator
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
    this.screen = page.getByRole('main', { name: 'Session ended' })
    this.heading = this.screen.getByRole('heading', { level: 1 })
    this.recorded = page.getByRole('region', { name: 'What was recorded' })
  }

  /** The server's number of the session, as shown for support. */
  async sessionId(): Promise<string> {
    const text = (await this.recorded.getByText(/^Session number /).textContent()) ?? ''
    return text.replace('Session number ', '').trim()
  }
  async backToStart(): Promise<void> {
    await this.page.getByRole('button', { name: 'Back to start' }).click()
  }
}
