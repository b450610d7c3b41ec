import { createContext, useContext, useEffect, useLayoutEffect, useState } from 'react'
import type { PressEvent } from 'react-aria-components'
import { armingMs, type PressSource, PromptGuard } from './prompt-guard.ts'

/** The guard of this window. */
export const PromptGuardContext = createContext<PromptGuard>(new PromptGuard())

/**
 * Reports to the guard when the prompt appeared and was painted; true once it accepts answers. A prompt that was covered by a
 * dialog counts as new.
 */
export function useArmed(promptId: string, isCovered: boolean): boolean {
  const guard = useContext(PromptGuardContext)
  const [armedId, setArmedId] = useState<string | null>(null)
  useLayoutEffect(() => {
    guard.appeared(isCovered ? null : promptId)
    return () => guard.appeared(null)
  }, [guard, promptId, isCovered])
  useEffect(() => {
    if (isCovered) return
    let timer: ReturnType<typeof setTimeout> | undefined
    // The first frame draws the prompt, the second one begins after it was painted.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        guard.painted(promptId, performance.now())
        timer = setTimeout(() => setArmedId(promptId), armingMs)
      })
    })
    return () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
      setArmedId(null)
    }
  }, [guard, promptId, isCovered])
  return armedId === promptId
}

/** What a press of react-aria was made with. */
export function pressSource(event: PressEvent): PressSource {
  if (event.pointerType === 'keyboard') return 'keyboard'
  return event.pointerType === 'virtual' ? 'virtual' : 'pointer'
}
