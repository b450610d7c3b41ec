import { useStore } from 'zustand'
import { announcements } from './announce.ts'

/** The live regions of the page. */
export function Announcer() {
  const { polite, assertive } = useStore(announcements)
  return (
    <>
      <div className="only-heard" aria-live="polite">
        {polite}
      </div>
      <div className="only-heard" aria-live="assertive">
        {assertive}
      </div>
    </>
  )
}
