import { type RefObject, useEffect, useRef } from 'react'

/** Puts the cursor into a field once its prompt takes answers, if the person has gone nowhere else in the meantime. */
export function useFieldFocus(isOpen: boolean): RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const focused = document.activeElement
    const isFree = focused === null || focused === document.body || focused.hasAttribute('data-prompt-start')
    if (isOpen && isFree) field.current?.focus()
  }, [isOpen])
  return field
}
