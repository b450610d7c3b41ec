import { type RefObject, useContext, useEffect, useRef } from 'react'
import { PromptGuardContext } from './use-prompt-guard.ts'

/** How often to check whether typing has stopped, in ms. */
const typingPollMs = 200

/**
 * Moves the focus to a field once its prompt accepts answers, unless the person has moved it elsewhere. It waits until no key
 * was pressed for a moment, so that typing meant for another field never continues in this one.
 */
export function useFieldFocus(isWanted: boolean): RefObject<HTMLInputElement | null> {
  const guard = useContext(PromptGuardContext)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (!isWanted) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      if (!isFree(document.activeElement)) return
      if (guard.isTyping(performance.now())) timer = setTimeout(look, typingPollMs)
      else field.current?.focus()
    }
    look()
    return () => clearTimeout(timer)
  }, [guard, isWanted])
  return field
}

const isFree = (focused: Element | null): boolean =>
  focused === null || focused === document.body || focused.matches('[data-prompt-start],[data-focus-place]')
