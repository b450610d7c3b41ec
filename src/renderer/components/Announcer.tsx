import { useStore } from 'zustand'
import { announcements } from './announce.ts'

/** The live regions of the page, also while a dialog is open. */
export function Announcer() {
  const { polite, assertive } = useStore(announcements)
  return (
    <>
      <div className="only-heard" aria-live="polite" data-live-announcer="true">
        {polite}
      </div>
      <div className="only-heard" aria-live="assertive" data-live-announcer="true">
        {assertive}
      </div>
    </>
  )
}
