import type { UserInterface } from '../function-session.ts'
import type { TranslatedText } from '../translated-text.ts'

/**
 * Shows progress as label prompts without delaying the work. While one label is being sent, only the newest of the next ones is
 * kept.
 */
export class ProgressLabel {
  readonly #ui: UserInterface
  #newest = ''
  #next: TranslatedText | undefined
  #showing: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(ui: UserInterface) {
    this.#ui = ui
  }

  /**
   * Shows a text as soon as the previous one is on the screen; a text that is already shown stays. Throws when an earlier one
   * could not be shown.
   */
  show(text: TranslatedText): void {
    if (this.#failure) throw this.#failure.error
    if (text.en === this.#newest) return
    this.#newest = text.en
    this.#next = text
    this.#showing ??= this.#showAll()
  }

  /** Resolves when the newest text has been shown. Only then may the next question be asked. */
  async settled(): Promise<void> {
    await this.#showing
    if (this.#failure) throw this.#failure.error
  }

  async #showAll(): Promise<void> {
    try {
      while (this.#next) {
        const text = this.#next
        this.#next = undefined
        await this.#ui.ask({ control: { kind: 'label', label: text.en, minimalDisplayTimeMs: 0 }, texts: [text] })
      }
    } catch (error) {
      this.#failure = { error }
    } finally {
      this.#showing = undefined
    }
  }
}
