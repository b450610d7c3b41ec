import type { LucideIcon } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { Icon } from './Icon.tsx'

interface PanelProps {
  readonly title: string
  readonly icon?: LucideIcon
  readonly aside?: ReactNode
  readonly children: ReactNode
  readonly className?: string
}

/** A titled surface; a landmark with the title as its name. */
export function Panel({ title, icon, aside, children, className = '' }: PanelProps) {
  const id = useId()
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel__head">
        {icon !== undefined && <Icon of={icon} />}
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className="panel__aside">{aside}</div>}
      </header>
      {children}
    </section>
  )
}
