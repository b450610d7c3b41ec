import { useEffect, useRef } from 'react'
import type { Waiting } from '../../../shared/waiting.ts'
import { announce } from '../../components/announce.ts'
import { useNow } from '../../components/use-now.ts'

/** Shorter waits are not worth a word, in ms. */
const spokenAfterMs = 5_000

/**
 * Announces once that a control unit or the server keeps the job waiting, and once that the function may stop waiting. Questions and
 * the link have announcements of their own; the time that passes is never announced.
 */
export function useSpokenWaiting({ for: whom, since, controlUnit }: Waiting, words: string): void {
  const isSpoken = whom === 'control-unit' || whom === 'server'
  const now = useNow(isSpoken ? 1000 : null)
  const said = useRef('')
  const isWarning = controlUnit === 'near-limit' || controlUnit === 'over-limit'
  const isLong = isSpoken && since !== undefined && now - since >= spokenAfterMs
  const key = `${whom} ${since} ${isWarning}`
  useEffect(() => {
    if (!isLong || said.current === key) return
    said.current = key
    announce(words, 'polite')
  }, [isLong, key, words])
}
