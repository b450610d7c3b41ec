import { type RefObject, useContext, useEffect, useRef } from 'react'
import { PromptGuardContext } from './use-prompt-guard.ts'

/** How often it is looked whether somebody has stopped typing, in ms. */
const lookAgainMs = 200

/**
 * Puts the cursor into a field once its prompt takes answers, if the person has gone nowhere else in the meantime. Whoever
 * is typing something else never goes on in this field: it waits until the keyboard has been quiet for a moment.
 */
export function useFieldFocus(isWanted: boolean): RefObject<HTMLInputElement | null> {
  const guard = useContext(PromptGuardContext)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (!isWanted) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      if (!isFree(document.activeElement)) return
      if (guard.isTyping(performance.now())) timer = setTimeout(look, lookAgainMs)
      else field.current?.focus()
    }
    look()
    return () => clearTimeout(timer)
  }, [guard, isWanted])
  return field
}

const isFree = (focused: Element | null): boolean =>
  focused === null || focused === document.body || focused.hasAttribute('data-prompt-start')
