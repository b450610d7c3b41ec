import { createStore } from 'zustand/vanilla'

/** The words that a reader of the screen says next; `Announcer` draws them into live regions. */
export const announcements = createStore<{ polite: string; assertive: string }>(() => ({ polite: '', assertive: '' }))

/** Says something aloud. The same words said again are heard again. */
export function announce(text: string, urgency: 'polite' | 'assertive'): void {
  const before = announcements.getState()[urgency]
  announcements.setState({ [urgency]: before === text ? `${text}\u00A0` : text })
}
