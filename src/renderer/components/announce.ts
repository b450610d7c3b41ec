import { createStore } from 'zustand/vanilla'

/** The texts for screen readers; `Announcer` draws them into live regions. */
export const announcements = createStore<{ polite: string; assertive: string }>(() => ({ polite: '', assertive: '' }))

/** Lets screen readers say a text, also when it is the same as before. */
export function announce(text: string, urgency: 'polite' | 'assertive'): void {
  const before = announcements.getState()[urgency]
  announcements.setState({ [urgency]: before === text ? `${text}\u00A0` : text })
}
