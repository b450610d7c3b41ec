import type { Locator, Page } from '@playwright/test'

/** The rail: the start, the open jobs, the scripts and the developer view. */
export class Rail {
  readonly region: Locator
  /** The job on the screen. */
  readonly shown: Locator
  readonly jobs: Locator
  /** Jobs with a question. */
  readonly asking: Locator
  /** Sessions that were not started in this window and ask something. */
  readonly scripts: Locator
  readonly developerView: Locator

  constructor(page: Page) {
    this.region = page.getByRole('navigation', { name: 'Jobs' })
    this.jobs = this.region.getByRole('list', { name: 'Jobs' }).getByRole('button')
    this.asking = this.region.getByRole('list', { name: 'Jobs' }).getByRole('button', { name: /\d questions?$/ })
    this.shown = this.region.locator('[aria-current="page"]')
    this.scripts = this.region.getByRole('list', { name: 'Scripts' }).getByRole('listitem')
    this.developerView = page.getByRole('banner').getByRole('button', { name: 'Developer view' })
  }

  job(name: string | RegExp): Locator {
    return this.jobs.filter({ hasText: name })
  }
  async show(name: string | RegExp): Promise<void> {
    await this.job(name).click()
  }
  async newJob(): Promise<void> {
    await this.region.getByRole('button', { name: 'Start', exact: true }).click()
  }
  /** Opens the developer view of what is on the screen, or closes it. */
  async toggleDeveloperView(): Promise<void> {
    await this.developerView.click()
  }
}
