import { useEffect, useRef } from 'react'
import { announcements } from './announce.ts'

/**
 * The live regions of the page, also while a dialog is open. A text is written at once and not drawn by React, so that a question,
 * which then takes the focus, costs one drawing and one layout.
 */
export function Announcer() {
  const polite = useRef<HTMLDivElement>(null)
  const assertive = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const say = (texts: { readonly polite: string; readonly assertive: string }) => {
      write(polite.current, texts.polite)
      write(assertive.current, texts.assertive)
    }
    say(announcements.getState())
    return announcements.subscribe(say)
  }, [])
  return (
    <>
      <div ref={polite} className="only-heard" aria-live="polite" data-live-announcer="true" />
      <div ref={assertive} className="only-heard" aria-live="assertive" data-live-announcer="true" />
    </>
  )
}

function write(region: HTMLElement | null, text: string): void {
  if (region !== null && region.textContent !== text) region.textContent = text
}
