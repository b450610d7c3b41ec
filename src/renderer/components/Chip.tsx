import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'

/** The meaning of a colour. A text always says the same. */
export type Tone = 'neutral' | 'good' | 'warning' | 'danger' | 'info'

/** A short state as text and colour. */
export function Chip({ tone = 'neutral', icon, children }: { tone?: Tone; icon?: LucideIcon; children: ReactNode }) {
  return (
    <span className={`chip tone--${tone}`}>
      {icon !== undefined && <Icon of={icon} size={16} />}
      {children}
    </span>
  )
}
