import type { Locator, Page } from '@playwright/test'

/** The prompts of functions. */
export class PromptPanel {
  readonly region: Locator
  readonly question: Locator
  readonly status: Locator
  readonly picture: Locator
  readonly textAnswer: Locator
  readonly numberAnswer: Locator
  readonly send: Locator
  readonly others: Locator
  readonly gone: Locator
  /** Tiles of sessions that were not started in this window. */
  readonly otherCars: Locator

  constructor(page: Page) {
    this.region = page.getByRole('region', { name: 'Prompt', exact: true })
    this.question = this.region.getByRole('region', { name: 'Question' })
    this.status = this.region.getByRole('status')
    this.picture = this.region.getByRole('img', { name: 'Picture for this question' })
    this.textAnswer = this.region.getByRole('textbox', { name: 'Your answer' })
    this.numberAnswer = this.region.getByRole('textbox', { name: 'Number' })
    this.send = this.region.getByRole('button', { name: 'Send' })
    this.others = page.getByRole('list', { name: 'Other questions' })
    this.otherCars = page.getByRole('list', { name: 'Scripts' }).getByRole('listitem')
    this.gone = page.getByRole('list', { name: 'Withdrawn questions' })
  }

  /** Shows the car of a session that was not started in this window, once it has a prompt. */
  async showOtherCar(): Promise<void> {
    await this.otherCars.first().getByRole('button').click()
  }
  /** An answer button, in the language of the application. */
  button(name: string): Locator {
    return this.region.getByRole('button', { name, exact: true })
  }
  /** Waits until the question is shown, then presses the button. */
  async answer(question: string | RegExp, button: string): Promise<void> {
    await this.asks(question)
    await this.button(button).click()
  }
  async answerWithText(question: string | RegExp, text: string): Promise<void> {
    await this.asks(question)
    await this.textAnswer.fill(text)
    await this.send.click()
  }
  async answerWithKeypad(question: string | RegExp, digits: string): Promise<void> {
    await this.asks(question)
    const keypad = this.region.getByRole('group', { name: 'Keypad' })
    for (const digit of digits) await keypad.getByRole('button', { name: digit, exact: true }).click()
    await this.send.click()
  }
  /** Waits until the question has the focus. */
  async asks(question: string | RegExp): Promise<void> {
    await this.question.filter({ hasText: question }).waitFor()
  }
}
