import type { Locator, Page } from '@playwright/test'
import { choose } from './choices.ts'

/** What a mechanic says about the service, in the words of the dialog. */
export interface FinishChoice {
  readonly results: readonly string[]
  readonly feedback?: string
  readonly description?: string
}

/** Where the outcome of a session is chosen. */
export class FinishDialog {
  readonly dialog: Locator
  readonly finishButton: Locator

  constructor(page: Page) {
    this.dialog = page.getByRole('dialog', { name: 'Finish the session' })
    this.finishButton = this.dialog.getByRole('button', { name: 'Finish session' })
  }

  result(name: string): Locator {
    return this.dialog.getByRole('checkbox', { name, exact: true })
  }
  /** Chooses exactly these results: what the function suggested is taken back when it is not among them. */
  async choose({ results, feedback, description }: FinishChoice): Promise<void> {
    await this.dialog.waitFor()
    for (const box of await this.dialog.getByRole('checkbox').all()) {
      const name = (await box.getAttribute('aria-label')) ?? ''
      await choose(box, results.includes(name))
    }
    if (feedback !== undefined) await choose(this.dialog.getByRole('radio', { name: feedback, exact: true }))
    if (description !== undefined) await this.dialog.getByRole('textbox', { name: 'Description' }).fill(description)
  }
  async finish(): Promise<void> {
    await this.finishButton.click()
  }
  async cancel(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Cancel' }).click()
  }
}
