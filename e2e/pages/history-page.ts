import type { Locator, Page } from '@playwright/test'

/** Jobs of all days. */
export class HistoryPage {
  readonly screen: Locator
  readonly search: Locator
  readonly jobs: Locator
  readonly steps: Locator
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
    this.screen = page.getByRole('main', { name: 'History' })
    this.search = this.screen.getByRole('searchbox', { name: 'Search' })
    this.jobs = this.screen.getByRole('list', { name: 'Jobs' }).getByRole('button')
    this.steps = this.screen.getByRole('list', { name: 'What happened' }).getByRole('listitem')
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: 'History', exact: true }).click()
  }
  async openJob(name: RegExp): Promise<void> {
    await this.screen.getByRole('button', { name }).click()
  }
  async backToList(): Promise<void> {
    await this.screen.getByRole('button', { name: 'Back to the list' }).click()
  }
  async export(): Promise<void> {
    await this.screen.getByRole('button', { name: 'Export as JSON…' }).click()
  }
  async delete(): Promise<void> {
    await this.screen.getByRole('button', { name: 'Delete…' }).click()
    await this.page.getByRole('alertdialog').getByRole('button', { name: 'Delete for good' }).click()
  }
}
