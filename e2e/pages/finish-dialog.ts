import type { Locator, Page } from '@playwright/test'
import { choose } from './choices.ts'

/** A mechanic's rating of the service, with the texts of the dialog. */
export interface FinishChoice {
  readonly results: readonly string[]
  readonly feedback?: string
  readonly description?: string
}

const outcomeOf = (results: readonly string[]): string => {
  if (results.every((name) => name === 'Succeeded')) return 'Done'
  return results.every((name) => name.startsWith('Still has to be')) ? 'Not finished' : 'Failed'
}

/** The dialog for the result of a session. */
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
  outcome(name: string): Locator {
    return this.dialog.getByRole('radio', { name, exact: true })
  }
  /** Chooses the outcome of these results, exactly these reasons, and removes other ones that were proposed. */
  async choose({ results, feedback, description }: FinishChoice): Promise<void> {
    await this.dialog.waitFor()
    await choose(this.outcome(outcomeOf(results)))
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
