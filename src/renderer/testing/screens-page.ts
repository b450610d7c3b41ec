import type { Settings } from '../../shared/app-state.ts'

/** How a scene is drawn: in the pseudo-locale, or with another name for every plate and lift. */
export interface ShowOptions {
  readonly pseudo?: boolean
  readonly name?: string
}

/** How a spec drives the page with all screens (`harness.html`). */
export interface ScreensPage {
  /** The names of the scenes, in the order of the catalogue. */
  readonly scenes: readonly string[]
  /** Draws a scene on a new page; with `pseudo` in the pseudo-locale. Resolves when it can be judged. */
  show(scene: string, options?: ShowOptions): Promise<void>
  /** Changes settings as main does; resolves when the page is drawn. */
  use(settings: Partial<Settings>): Promise<void>
  /**
   * Changes the scene and resolves with the time in ms until the task after the next frame: by a new question, by one part of the
   * state that is new but equal, or by the whole state that is new but equal, so that React renders the page and changes nothing.
   */
  timeOf(update: 'question' | 'part' | 'whole'): Promise<number>
  /** The texts of the scene that come from main and from people, and the names of the languages. */
  values(): readonly string[]
}

declare global {
  interface Window {
    screens?: ScreensPage
  }
}
