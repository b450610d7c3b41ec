import { useMemo } from 'react'
import { visibleText } from './visible-text.ts'

/** Words of a server or a function: text only, its direction kept to itself, nothing invisible. */
export function ServerText({ children, className }: { children: string; className?: string }) {
  const text = useMemo(() => visibleText(children), [children])
  return (
    <bdi className={className} dir="auto">
      {text}
    </bdi>
  )
}
