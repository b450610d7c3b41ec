import { useCallback, useState } from 'react'
import { draftTyped } from './screen.ts'
import { useWorkbench } from './workbench.ts'

/** A typed text that survives another job on the screen and a crash of the page; `field` names it. An empty text is forgotten. */
export function useDraft(
  field: string,
  first = '',
): readonly [string, (change: string | ((text: string) => string)) => void] {
  const { screen } = useWorkbench()
  const [text, setText] = useState(() => screen.getState().drafts.get(field) ?? first)
  const type = useCallback(
    (change: string | ((text: string) => string)) =>
      setText((known) => {
        const next = typeof change === 'string' ? change : change(known)
        // Not while React is drawing.
        queueMicrotask(() => draftTyped(screen, field, next))
        return next
      }),
    [screen, field],
  )
  return [text, type]
}
