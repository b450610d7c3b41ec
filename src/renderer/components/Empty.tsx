import type { LucideIcon } from 'lucide-react'
import { Icon } from './Icon.tsx'

/** The content of an empty place. */
export function Empty({ icon, title, text }: { icon: LucideIcon; title: string; text?: string }) {
  return (
    <div className="empty">
      <Icon of={icon} size={28} />
      <p className="empty__title">{title}</p>
      {text !== undefined && <p className="empty__text">{text}</p>}
    </div>
  )
}

/** Grey lines while something loads; the text is for screen readers. */
export function Loading({ text, lines = 3 }: { text: string; lines?: number }) {
  const widths = ['skeleton--long', 'skeleton--short', 'skeleton--middle']
  return (
    <div className="loading" role="status">
      <p className="loading__text">{text}</p>
      {Array.from({ length: lines }, (_, line) => widths[line % widths.length]).map((width, line) => (
        // The lines never change their order.
        <div key={`${width}-${line.toString()}`} className={`skeleton ${width}`} aria-hidden="true" />
      ))}
    </div>
  )
}
