import type { Locator, Page } from '@playwright/test'

/** The list of open jobs. */
export class JobSwitch {
  readonly region: Locator
  /** The job on the screen. */
  readonly shown: Locator
  readonly jobs: Locator

  constructor(page: Page) {
    this.region = page.getByRole('navigation', { name: 'Jobs' })
    this.jobs = this.region.getByRole('button', { name: /^Show / })
    this.shown = this.region.locator('[aria-current="page"]')
  }

  job(name: string | RegExp): Locator {
    return this.jobs.filter({ hasText: name })
  }
  async show(name: string | RegExp): Promise<void> {
    await this.job(name).click()
  }
  async newJob(): Promise<void> {
    await this.region.getByRole('button', { name: 'New job' }).click()
  }
}
