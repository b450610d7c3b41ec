import { useEffect, useRef } from 'react'
import { asksSomething } from '../../store/ended-prompts.ts'
import { useSlice } from '../../store/workbench.ts'
import { playChime } from './chime.ts'

/** Plays a sound when a question arrives, unless the settings say otherwise. */
export function QuestionSound({ play = playChime }: { play?: () => void }) {
  const prompts = useSlice('prompts')
  const { sound } = useSlice('settings')
  const known = useRef<ReadonlySet<string> | null>(null)
  useEffect(() => {
    const waiting = prompts.filter((prompt) => asksSomething(prompt) && prompt.answer.state === 'open')
    const before = known.current
    known.current = new Set(prompts.map(({ id }) => id))
    // The questions of a page that was just loaded are not new.
    if (before === null || !sound) return
    if (waiting.some(({ id }) => !before.has(id))) play()
  }, [prompts, sound, play])
  return null
}
